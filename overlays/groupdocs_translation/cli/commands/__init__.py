"""The commands, one file for each topic, imported on first use."""
