"What a run shows."
