#[[Models over HTTP, compatible with OpenAI's API: the loop that generates for all requests, the
requests and answers, access control. How a text is generated belongs in `writing`, what the
command line prints in `cli`.]]
