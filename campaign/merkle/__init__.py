"""The public log in bytes: tree, tiles, checkpoints, entries. A leaf of plain Python; docs/log.md tells the formats.

Four modules, each on those before it: `tree` (RFC 6962), `tiles` and `notes` (C2SP), `entries` (ours).
"""
