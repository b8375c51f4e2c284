#!/usr/bin/env hy
"Trains a model on texts, or generates text with one: see `./train.hy --help`."

(import
  sys
  lstm_textgen.__main__ [main])

(sys.exit (main))
