#!/usr/bin/env hy
"Trains a model on texts, or writes with one: `./train.hy --help` tells how."

(import
  sys
  lstm_textgen.__main__ [main])

(sys.exit (main))
