"""The pipeline: the service's document → corrected document → generated client → sync twin. See README.md."""
