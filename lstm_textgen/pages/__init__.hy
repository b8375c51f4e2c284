"Web pages, each in one file."
