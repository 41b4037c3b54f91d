"""Running the stages: pipeline, process pool, checkpoints, events."""
