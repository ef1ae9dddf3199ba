"""The shell: steps that talk to ports only."""
