"The machine that the program runs on: its cores, its BLAS threads, its folder for caches."

(import
  contextlib [contextmanager]
  functools [cache]
  os
  pathlib [Path]
  platform
  re
  platformdirs [user-cache-dir]
  threadpoolctl [ThreadpoolController]
  lstm-textgen.basics.values [counted])

(setv MB (** 2 20))  ; bytes


(defn cores []
  "Return the number of processors that this process may use."
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
    (except [ImportError]  ; Windows
      (return 0)))
  (setv most (. (resource.getrusage resource.RUSAGE-SELF) ru-maxrss))
  (if (= (platform.system) "Darwin") most (* most 1024)))


(defn installed-memory []
  "Return this machine's memory in bytes; 0 if unknown."
  (try
    (* (os.sysconf "SC_PAGE_SIZE") (os.sysconf "SC_PHYS_PAGES"))
    (except [[AttributeError OSError ValueError]]  ; Windows
      0)))


(defn [cache] describe-machine []
  "Return a description of this machine: processor, cores, system and Python."
  (.join ", " [(processor-name) (counted (cores) "cores") (platform.system)
    f"Python {(platform.python-version)}"]))


(defn [contextmanager] few-threads [most]
  #[[Limit BLAS to at most `most` threads while inside.

  By default OpenBLAS starts a thread for every processor that it sees. Where a container may use
  fewer, a step waits for threads that aren't running: with 8 threads on 2 processors, one stream
  through 2×512 was 170 times slower. NumPy's warning of invalid values is off meanwhile: products
  of small, finite arrays have raised it at random.]]
  (import numpy :as np)  ; here, as it takes 70 ms
  (for [[library usual] (_blas)] (.set-num-threads library (min usual most)))
  (try
    (with [_ (np.errstate :invalid "ignore")] (yield))
    (finally
      (for [[library usual] (_blas)] (.set-num-threads library usual)))))


(defn [cache] _blas []
  "Return each BLAS library in the process with its usual number of threads."
  (setv found (.select (ThreadpoolController) :user-api "blas"))
  (lfor library found.lib-controllers #(library library.num-threads)))
