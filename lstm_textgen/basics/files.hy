#[[Replaces a file so that a crash at any moment loses nothing, and lets one run at a time have it.

Nothing here knows what is in the file. A lock on a small file beside it, `.NAME.lock`, says that a
run is training the model, or that it is being saved; the system takes the lock away when its
process ends, however that ends.]]

(eval-when-compile (require hyrule [unless]))
(import
  contextlib [contextmanager nullcontext suppress]
  glob
  os
  re
  secrets
  shutil
  threading
  time
  filelock [FileLock SoftFileLock Timeout])

(setv
  SHORT 1       ; seconds to wait for a lock: whoever saves or sweeps has it for less than that
  LONG 5        ; seconds to wait for it in order to save
  NUMBER-SIZE 20  ; bytes of a lock file for the number of its process
  REPLACING 5   ; seconds to wait while another program has a file open, which Windows objects to
  PAUSE 0.05    ; seconds between two attempts
  _HELD (set)  ; (process number, lock file) of each lock that is held
  _SAVING (threading.RLock))  ; one save at a time in this process


(defn backup-path [path]
  "Return where the file before the one at `path` is kept."
  (.with-name path (+ path.name ".bak")))


;; * Replacing

(defn replace-file [path content sound?]
  #[[Write `content` (bytes) to the file at `path`; the file that was there becomes `.bak`.

  `sound?` says of a path whether the file there is worth keeping: a damaged one doesn't take the
  name `.bak` from a sound one. At every moment a whole file stands under one of the two names,
  since the new one is written and flushed under a third name first. Raise `OSError` if it can't be
  written, or if another process is training the model; the old file is still there then.]]
  (when (.exists path) (refuse-read-only path))
  (with [_ (saving path)
         new (replacing path (_new-path path) (fn [] (_keep-old path sound?)))
         _ (naming-errors (str path))
         file (open new "xb")]  ; x: never through a link that a stranger has laid there
    (.write file content)
    (.flush file)
    (os.fsync (.fileno file))))


(defn [contextmanager] replacing [path new [keep-old None]]
  #[[Give the path `new`, whose file is renamed to `path` when this is left, unless by an error.

  If there is a file at `path`, its mode is kept, and `keep-old` is called before.]]
  (try
    (yield new)
    (when (.exists path)
      (shutil.copymode path new)
      (when keep-old (keep-old)))
    (_rename new path)
    (_sync-folder path.parent)
    (finally (.unlink new :missing-ok True))))


(defn [contextmanager] naming-errors [name]
  "Let each `OSError` of the system that is raised while this is entered name the file `name`."
  (try
    (yield)
    (except [error OSError]
      (unless error.errno (raise))
      (raise (OSError error.errno error.strerror name) :from error))))


(defn refuse-read-only [path]
  "Raise `PermissionError` if the file at `path` is read-only: a rename would replace it even so."
  (unless (& (. (.stat path) st-mode) 0o222)
    (raise (PermissionError 13 "the file is read-only" (str path)))))


(defn _new-path [path]
  "Return a name for a temporary file beside the one at `path` that no other save uses."
  (.with-name path f".{path.name}.{(os.getpid)}-{(secrets.token-hex 4)}.tmp"))


(defn _keep-old [path sound?]
  "Give the file at `path` its second name, `.bak`, without a moment in which there is none."
  (setv
    backup (backup-path path)
    link (_new-path path))
  (unless (and (not (sound? path)) (sound? backup))
    (try
      (try
        (os.link path link)
        (except [[OSError AttributeError]] (shutil.copy2 path link)))  ; there are no hard links
      (_rename link backup)
      (_sync-folder path.parent)
      (finally (.unlink link :missing-ok True)))))  ; it stays if both are names of the same file


(defn _rename [old new]
  "Rename the file `old` to `new`, replacing it; wait while another program has it open."
  (setv end (+ (time.monotonic) REPLACING))
  (while True
    (try
      (return (os.replace old new))
      (except [error PermissionError]
        (when (> (time.monotonic) end)
          (raise (OSError
            f"{new}: can't be replaced: {error.strerror}; another program may have it open")
            :from error))))
    (time.sleep PAUSE)))


(defn _sync-folder [folder]
  "Make the renames in `folder` outlast a loss of power, if the system can."
  (when (hasattr os "O_DIRECTORY")
    (setv descriptor (os.open folder (| os.O-RDONLY os.O-DIRECTORY)))
    (try
      (with [_ (suppress OSError)]  ; some network drives can't, and the renames are done
        (os.fsync descriptor))
      (finally (os.close descriptor)))))


(defn temporary-paths [path]
  "Return the temporary files beside that at `path`: for who has the lock, those of dead runs."
  (lfor
    file (.glob path.parent f".{(glob.escape path.name)}.*.tmp")
    :if (and (.is-file file) (not (.is-symlink file)))
    file))


;; * One run at a time

(defn [contextmanager] locked [path [seconds SHORT] [instead "train"]]
  #[[Keep the file at `path` for this run while this is entered.

  Raise `OSError` if another run, in this process or another one, keeps it for more than `seconds`;
  `instead` is what the message suggests to do with another file.]]
  (setv lock-path (_lock-path path))
  (unless (.is-dir path.parent)  ; filelock would make one
    (raise (FileNotFoundError 2 "there is no such folder" (str path.parent))))
  (try
    (with [lock (holding lock-path seconds)]
      (try
        (.add _HELD (_key path))
        (_sign lock)
        (yield)
        (finally
          (with [_ _SAVING]  ; another thread may be saving under this lock
            (.discard _HELD (_key path))))))
    (except [Timeout]
      (raise (OSError (+ f"{path}: {(_holder lock-path)} is training this model; "
        f"stop it first, or {instead} another `path`")) :from None))))


(defn [contextmanager] holding [lock-path [seconds -1]]
  "Hold the lock whose file is at `lock-path`; raise `Timeout` after `seconds` (-1: never)."
  (setv lock (FileLock lock-path :timeout seconds :thread-local False))
  (with [_ lock]
    (try
      (yield lock)
      (finally
        ;; Whoever waits for a file that has lost its name notices, and makes a new one. Windows
        ;; removes no open file; there, and if it is a soft one, the lock removes its file itself.
        (unless (isinstance lock SoftFileLock)
          (with [_ (suppress OSError)] (os.unlink lock.lock-file)))))))


(defn [contextmanager] saving [path]
  "Lock the file at `path` while this is entered, unless this process does already, as it trains."
  (with [_ _SAVING  _ (if (in (_key path) _HELD) (nullcontext) (locked path LONG "save to"))]
    (yield)))


(defn _lock-path [path]
  "Return where the lock file of the file at `path` is."
  (.with-name path f".{path.name}.lock"))


(defn _key [path]
  "Return what stands for the lock of the file at `path` in `_HELD`; a fork holds none of them."
  #((os.getpid) (os.path.normcase (os.path.realpath (_lock-path path)))))


(defn _sign [lock]
  "Write this process's number into the lock file of `lock`, which is held."
  (unless (isinstance lock SoftFileLock)  ; it does so itself
    (with [_ (suppress OSError)  file (_open-lock lock.lock-file "r+b")]
      (.seek file 1)  ; Windows keeps others from byte 0
      (.write file (.ljust (.encode (str (os.getpid))) NUMBER-SIZE)))))


(defn _holder [lock-path]
  "Return who holds the lock at `lock-path`: `process 123`, or `another process` if unknown."
  (for [start [0 1]]  ; where a soft lock's number begins, and ours
    (with [_ (suppress OSError)  file (_open-lock lock-path "rb")]
      (.seek file start)
      (setv number (re.search rb"\d+" (.read file NUMBER-SIZE)))
      (when number (return f"process {(.decode (.group number))}"))))
  "another process")


(defn _open-lock [path mode]
  "Open the file at `path`, but through no symbolic link, which a stranger may have made."
  (open path mode :buffering 0 :opener (fn [path flags]
    (os.open path (| flags (getattr os "O_NOFOLLOW" 0))))))
