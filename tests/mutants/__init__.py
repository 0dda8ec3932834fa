"""Mutation testing: one change at a time in the rules and the spine, and the tests that must notice (decision 0015)."""
