#[[Models over HTTP, through the interface that clients of OpenAI's API speak. Here are the loop that
generates for all requests, what is asked and answered, and what the server lets in; how a text is
generated belongs in `writing`, what the command line says in `cli`.]]
