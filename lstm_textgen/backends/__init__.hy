"The LSTM's loop on each backend."
