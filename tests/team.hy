"Processes that train together on this machine, for tests."

(import
  contextlib [closing]
  os
  socket
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  tests.helpers [TINY-FLAGS start-python])

(setv
  SECONDS 240  ; that a run may take on a busy machine
  FLAGS ["--sources" "text.txt" "--distributed" #* TINY-FLAGS])


(defn on-jax [[devices 1]]
  "Return the environment for a process on JAX with this number of `devices`."
  {"KERAS_BACKEND" "jax"
   "XLA_FLAGS" (+ f"--xla_force_host_platform_device_count={devices} "
     (os.environ.get "XLA_FLAGS" ""))})


(defn member [n of port devices]
  #[[Return the environment for process `n` of a team that meets at a `port` of this machine.

  Each process has this number of `devices`.]]
  {#** (on-jax devices)
    "KERAS_DISTRIBUTION_JOB_ADDRESSES" f"127.0.0.1:{port}"
    "KERAS_DISTRIBUTION_NUM_PROCESSES" (str of)
    "KERAS_DISTRIBUTION_PROCESS_ID" (str n)})


(defn free-port []
  "Return an unused port."
  (with [listener (closing (socket.socket))]
    (.bind listener #("127.0.0.1" 0))
    (get (.getsockname listener) 1)))


(defn start-team [folders #* arguments [before []] [devices 1]]
  #[[Start the program once in each of `folders`, with `devices` each; return the processes.

  `before` is what Python gets instead of `-m lstm_textgen`.]]
  (setv port (free-port))
  (lfor
    [n folder] (enumerate folders)
    (start-python "-u" #* (or before ["-m" "lstm_textgen"]) #* FLAGS #* arguments
      :cwd folder
      :environment (member n (len folders) port devices))))


(defn endings [processes]
  "Wait for `processes`; return what each showed: #(status output complaints)."
  (try
    (lfor
      process processes
      :setv [output complaints] (.communicate process :timeout SECONDS)
      #(process.returncode output complaints))
    (finally
      (for [process processes]
        (.kill process)))))  ; one that has ended stays as it is


(defn train-together [folder count #* arguments #** options]
  #[[Train in `folder` with several processes; return the model and the first one's output.

  `options` are those of `start-team`.]]
  (setv ended (endings (start-team (* [folder] count) #* arguments #** options)))
  (for [[status output complaints] ended]
    (assert (= #(status complaints) #(0 "")) (+ output complaints)))
  #((load-checkpoint (/ folder "model") :resume True) (get ended 0 1)))
