"""The pipeline: the service's document → the corrected document → the generated client → the sync twin. See README.md."""
