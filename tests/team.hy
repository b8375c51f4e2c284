"Processes that train together, on this machine or on two imitated ones, for tests."

(import
  os
  re
  subprocess
  pytest
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  tests.forkserver [FOR-TENSORFLOW]
  tests.helpers [STARTED TINY-FLAGS start-python]
  tests.web [free-port])

(setv
  ;; JAX's warning that another process is still writing to the cache that all tests share.
  HALF-WRITTEN r".*Error reading persistent compilation cache.*\n.*warn.*\n"
  SECONDS 240  ; that a run may take on a busy machine
  FLAGS ["--sources" "text.txt" "--distributed" #* TINY-FLAGS]
  MACHINES [1 2]
  OWN ["--user" "--map-root-user"]  ; namespaces in which any user is root
  APART ["--net" "--uts" "--mount"]  ; those of a machine
  ;; Makes a machine of the namespaces in which it runs, until its input is closed.
  BOOT (+ "hostname $0 && mount --bind $1 /etc/hosts && "
    "ip link set lo up && echo ready && exec cat"))


(defn on-jax [[devices 1]]
  "Return the environment for a process on JAX with this number of `devices`."
  {"KERAS_BACKEND" "jax"
   "XLA_FLAGS" (+ f"--xla_force_host_platform_device_count={devices} "
     (.replace (os.environ.get "XLA_FLAGS" "") FOR-TENSORFLOW ""))})


(defn member [n of port [host "127.0.0.1"]]
  "Return the environment for process `n` of a team that meets at a `port` of `host`."
  {#** (on-jax)
    "KERAS_DISTRIBUTION_JOB_ADDRESSES" f"{host}:{port}"
    "KERAS_DISTRIBUTION_NUM_PROCESSES" (str of)
    "KERAS_DISTRIBUTION_PROCESS_ID" (str n)})


(defn start-team [folders #* arguments [before []] [machines []]]
  #[[Start the program once in each of `folders`; return the processes.

  `before` is what Python gets instead of `-m lstm_textgen`. Each is on its own one of `machines`,
  if there are any.]]
  (setv [host port] (if machines ["machine-1" 12345] ["127.0.0.1" (free-port)]))
  (lfor
    [n folder] (enumerate folders)
    (start-python "-u" #* (or before ["-m" "lstm_textgen"]) #* FLAGS #* arguments
      :by (if machines (entered (get machines n)) [])
      :cwd folder
      :environment (member n (len folders) port host))))


(defn endings [processes]
  "Wait for `processes`; return what each showed: #(status output complaints)."
  (try
    (lfor
      process processes
      :setv [output complaints] (.communicate process :timeout SECONDS)
      #(process.returncode output (re.sub HALF-WRITTEN "" complaints)))
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


;; * Two machines

(defn two-machines [folder]
  #[[Imitate two machines that a cable joins; return the processes that hold their namespaces.

  They end with the test, which is skipped where that can't be. The name of each, machine-1 or
  machine-2, resolves to loopback on itself, as on Debian. They keep files in `folder`.]]
  (try
    (subprocess.run ["unshare" #* OWN #* APART "ip" "link"] :check True :capture-output True)
    (except [error [OSError subprocess.CalledProcessError]]
      (pytest.skip f"two machines need iproute2 and Linux's namespaces: {error}")))
  (setv
    one (boot 1 folder ["unshare" #* OWN])
    two (boot 2 folder [#* (entered one ["--user"]) "unshare"]))
  (run-on one "ip" "link" "add" "cable" "type" "veth" "peer" "cable" "netns" (str two.pid))
  (for [[n machine] (zip MACHINES [one two])]
    (run-on machine "ip" "address" "add" f"{(address n)}/24" "dev" "cable")
    (plug machine "up"))
  [one two])


(defn boot [n folder unshare]
  "Start machine `n` by the command `unshare`; return the process that holds it."
  (setv hosts (/ folder f"hosts-{n}"))
  (.write-text hosts (.join "\n" (gfor
    k MACHINES
    f"{(if (= k n) "127.0.1.1" (address k))} machine-{k}")))
  (setv machine (subprocess.Popen [#* unshare #* APART "sh" "-c" BOOT f"machine-{n}" (str hosts)]
    :stdin subprocess.PIPE
    :stdout subprocess.PIPE
    :encoding "utf-8"))
  (.append STARTED machine)
  (assert (= (.readline machine.stdout) "ready\n"))
  machine)


(defn address [n]
  "Return the address of machine `n` at the cable."
  f"10.77.0.{n}")


(defn plug [machine state]
  "Let the cable at `machine` be \"up\" or \"down\"."
  (run-on machine "ip" "link" "set" "cable" state))


(defn run-on [machine #* command]
  "Run a `command` on `machine`."
  (subprocess.run [#* (entered machine) #* command] :check True))


(defn entered [machine [namespaces ["--user" #* APART]]]
  "Return the beginning of a command that runs another in these `namespaces` of a `machine`."
  ["nsenter" f"--target={machine.pid}" #* namespaces "--preserve-credentials" "--wd=."])
