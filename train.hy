#!/usr/bin/env hy
"Trains a model on texts, or writes with one: `./train.hy --help` tells how."

(import
  sys
  lstm_textgen.cli [main])

(sys.exit (main))
