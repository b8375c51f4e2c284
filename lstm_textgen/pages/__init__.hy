"Web pages that a model makes, each in one file."
