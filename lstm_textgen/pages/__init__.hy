"Web pages about a model, each in one file."
