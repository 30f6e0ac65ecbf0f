"""Deliveries, from the wish to the answer; and receipts, which prove one row of them."""
