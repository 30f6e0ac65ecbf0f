"""Formats of what is handed over: rows in, bytes out. Plain Python, so that an addressee can check without our site."""
