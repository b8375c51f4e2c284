"The machine that the program runs on: its cores, its BLAS threads, its folder for caches."

(import
  functools [cache]
  os
  pathlib [Path]
  platform
  re
  shlex
  sys
  platformdirs [user-cache-dir]
  threadpoolctl [ThreadpoolController])

(setv
  MB (** 2 20)  ; bytes
  THREADS-SET ["OPENBLAS_NUM_THREADS" "GOTO_NUM_THREADS" "OMP_NUM_THREADS"])


(defn cores []
  "Return the number of cores that this process may use."
  (if (hasattr os "sched_getaffinity") (len (os.sched-getaffinity 0)) (or (os.cpu-count) 1)))


(defn [cache] processor-name []
  "Return the processor's name."
  (or (_processor-says "model name") (platform.processor) (platform.machine)))


(defn [cache] processor-flags []
  "Return the names of the processor's instruction sets, as Linux lists them; elsewhere none."
  (set (.split (or (_processor-says "flags") (_processor-says "Features")))))


(defn bfloat16? []
  "Return whether the processor has bfloat16 multiplication."
  (bool (& (processor-flags) #{"avx512_bf16" "amx_bf16"})))


(defn gpu? []
  "Return whether there may be a GPU: NVIDIA's or AMD's on Linux, or Apple's."
  (or (= (platform.system) "Darwin") (any (map os.path.exists ["/dev/nvidiactl" "/dev/kfd"]))))


(defn _processor-says [key]
  "Return the value of `key` for the first processor in Linux's list, or an empty string."
  (setv
    info (Path "/proc/cpuinfo")
    text (if (.exists info) (.read-text info :encoding "utf-8" :errors "replace") ""))
  (.strip (get [#* (re.findall rf"(?m)^{key}\s*:(.*)$" text) ""] 0)))


(defn cache-folder []
  "Return the cache folder: the user's, or the one in LSTM_TEXTGEN_CACHE."
  (or (os.environ.get "LSTM_TEXTGEN_CACHE") (user-cache-dir "lstm_textgen")))


(defn memory []
  "Return this process's peak memory in bytes; 0 if unknown."
  (try
    (import resource)
    (except [ImportError] (return 0)))  ; Windows
  (setv most (. (resource.getrusage resource.RUSAGE-SELF) ru-maxrss))
  (if (= (platform.system) "Darwin") most (* most 1024)))


(defn installed-memory []
  "Return this machine's memory in bytes; 0 if unknown."
  (try
    (* (os.sysconf "SC_PAGE_SIZE") (os.sysconf "SC_PHYS_PAGES"))
    (except [[AttributeError OSError ValueError]] 0)))  ; Windows


(defn [cache] limit-threads []
  #[[Limit NumPy's OpenBLAS to one thread for the process; return it, a list of libraries.

  A step's products take microseconds. More threads wait for the slowest, which on a busy machine
  isn't running: a product then takes up to 100 times as long. If the environment sets a number,
  nothing is limited, and the list is empty.]]
  (setv libraries (if (any (map os.environ.get THREADS-SET)) [] (lfor
    library (. (.select (ThreadpoolController) :internal-api "openblas") lib-controllers)
    :if (not-in "torch" library.filepath)  ; training keeps its threads
    library)))
  (for [library libraries] (.set-num-threads library 1))
  libraries)


(defn set-threads [n]
  "Let BLAS use `n` threads in this process, unless the environment sets a number."
  (for [library (limit-threads)] (.set-num-threads library n)))


(defn pip-install [#* packages]
  "Return the command that installs `packages` for this Python, whatever `pip` is in the shell."
  f"{(shlex.quote sys.executable)} -m pip install {(.join " " packages)}")
