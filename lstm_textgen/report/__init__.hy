"What a run shows: plain lines, the live display, notebooks. Beside the command line only this
room prints."
