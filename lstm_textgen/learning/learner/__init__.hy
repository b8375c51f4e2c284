"One class for each way of taking a step, and what it needs of its backend."
