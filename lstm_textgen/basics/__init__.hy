"The foundation: values and their checks, the machine, the terminal, signals, files. It knows
nothing of texts or models."
