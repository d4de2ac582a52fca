"""The pipeline: service document → corrected document → generated client → sync twin. See README.md."""
