"One class for each way of taking a training step, and its backend code."
