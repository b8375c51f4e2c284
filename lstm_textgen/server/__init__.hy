#[[Models over HTTP, through the interface that clients of OpenAI's API speak: the loop that
generates for all requests, what is asked and answered, what is let in. How a text is generated
belongs in `writing`, what the command line says in `cli`.]]
