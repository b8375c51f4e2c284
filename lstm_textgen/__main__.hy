"`python -m lstm_textgen`: the same program as train.hy."

(import
  sys
  lstm_textgen.cli [main])

(sys.exit (main))
