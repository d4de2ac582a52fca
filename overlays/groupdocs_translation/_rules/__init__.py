"""Decisions: no I/O, no clock, no sleep. Every function here is a table that tests can read."""
