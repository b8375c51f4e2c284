#[[Replaces a file so that a crash at any moment loses nothing, and locks it for one run at a time.

A lock on a small file beside it, `.NAME.lock`, means that a run is training or saving the model;
the system releases the lock when its process ends, in any way.]]

(eval-when-compile (require hyrule [unless]))
(import
  contextlib [contextmanager nullcontext suppress]
  hashlib
  os
  re
  secrets
  shutil
  threading
  time
  filelock [FileLock Timeout]
  lstm-textgen.basics.messages [failure])

(setv
  BRIEF-WAIT 1  ; seconds to wait for a lock: saving and cleaning up hold it for less
  SAVE-WAIT 5  ; seconds to wait for it in order to save
  NUMBER-SIZE 20  ; bytes of a lock file for the number of its process
  REPLACING 5   ; seconds to wait for another program that has the file open (on Windows)
  UNFINISHED r"\d+-[0-9a-f]{8}\.tmp"  ; the end of the name of an unfinished file
  RETRY-PAUSE 0.05  ; seconds between two attempts
  _HELD {}     ; the key of each lock that is held → the digest of the file that it is for
  _SAVING (threading.RLock))  ; one save at a time in this process


(defn backup-path [path]
  "Return the path of the backup of the file at `path`."
  (.with-name path (+ path.name ".bak")))


;; * Replacing

(defn replace-file [path content sound? keep-backup]
  #[[Write `content` (bytes) to the file at `path`; the file that was there becomes `.bak`.

  With `keep-backup` an earlier `.bak` stays instead. `sound?` tells whether the file at a path is
  worth keeping: a damaged one never replaces a sound `.bak`. At every moment a whole file has one
  of the two names, as the new one is first written under a third. Raise `OSError`, and keep the
  old file, if it can't be written, another process is training the model, or another program
  replaced it since this process locked it or saved last.]]
  (when (.exists path) (refuse-read-only path))
  (with [_ _SAVING
         _ (if (in (_key path) _HELD) (nullcontext) (locked path SAVE-WAIT "save to"))]
    (setv key (_key path))
    (when (and (in key _HELD) (not-in (file-digest path) [None (get _HELD key)]))
      (raise (OSError "another program has replaced it during this run")))
    (with [new (replacing path)]
      (with [_ (naming-errors (str path))
             file (open new "xb")]  ; x: never through a link planted there
        (.write file content)
        (.flush file)
        (os.fsync (.fileno file)))
      (when (.exists path)
        (shutil.copymode path new)
        (unless (and keep-backup (.exists (backup-path path))) (_keep-old path sound?))))
    (when (in key _HELD) (setv (get _HELD key) (.hexdigest (hashlib.sha256 content))))))


(defn file-digest [path]
  "Return the SHA-256 of the file at `path`, or None if there is none to read."
  (with [_ (suppress OSError)  file (open path "rb")]
    (.hexdigest (hashlib.file-digest file "sha256"))))


(defn _keep-old [path sound?]
  "Give the file at `path` its second name, `.bak`, without a moment in which there is none."
  (setv backup (backup-path path))
  (unless (and (not (sound? path)) (sound? backup))
    (with [link (replacing backup)]
      (try
        (os.link path link)
        (except [[OSError AttributeError]] (shutil.copy2 path link))))))  ; no hard links here


(defn [contextmanager] replacing [path]
  "Yield a new path beside `path`; at the end, rename what is there to `path`."
  (setv new (.with-name path f".{path.name}.{(os.getpid)}-{(secrets.token-hex 4)}.tmp"))
  (try
    (yield new)
    (_rename new path)
    (when (hasattr os "O_DIRECTORY")  ; make the rename survive a power failure
      (setv folder (os.open path.parent (| os.O-RDONLY os.O-DIRECTORY)))
      (try
        (with [_ (suppress OSError)] (os.fsync folder))  ; some network drives can't
        (finally (os.close folder))))
    (finally (.unlink new :missing-ok True))))  ; a link remains if both names are the same file's


(defn [contextmanager] replacing-alone [path]
  "Yield a new path as `replacing` does, while no one else may write a file at `path`."
  (with [_ (_alone path BRIEF-WAIT (fn [holder]
         f"{path}: {holder} is writing this; wait for it, or give another file"))]
    (with [new (replacing path)]
      (yield new)
      (when (.exists path) (shutil.copymode path new)))))


(defn reserved? [name]
  "Return whether a file of this `name` is a lock, or an unfinished file, of this program."
  (re.fullmatch rf"(?i)\..+\.(?:lock|{UNFINISHED})" name))


(defn _sweep [path]
  "Remove what dead runs left unfinished at `path`."
  (with [_ (suppress OSError)]  ; of a folder that can't be listed, or what is another user's
    (for [name (os.listdir path.parent)]
      (when (re.fullmatch rf"\.{(re.escape path.name)}\.{UNFINISHED}" name)
        (.unlink (.with-name path name) :missing-ok True)))))


(defn [contextmanager] naming-errors [name]
  "Make each `OSError` of the system raised inside name the file `name`."
  (try
    (yield)
    (except [error OSError]
      (unless error.errno (raise))
      (raise (OSError error.errno error.strerror name) :from error))))


(defn refuse-read-only [path]
  "Raise `PermissionError` if the file at `path` is read-only: a rename would replace it anyway."
  (unless (& (. (.stat path) st-mode) 0o222)
    (raise (PermissionError 13 "the file is read-only" (str path)))))


(defn _rename [old new]
  "Rename the file `old` to `new`, replacing it; wait while another program has it open."
  (setv end (+ (time.monotonic) REPLACING))
  (while True
    (try
      (return (os.replace old new))
      (except [error PermissionError]
        (when (> (time.monotonic) end)
          (raise
            (failure OSError
              f"can't replace {new}: {error.strerror}; another program may have it open")
            :from error))))
    (time.sleep RETRY-PAUSE)))


;; * One run at a time

(defn [contextmanager] locked [path [seconds BRIEF-WAIT] [instead "train"]]
  #[[Lock the model at `path` for this run while inside; remove what dead runs left unfinished.

  Raise `OSError` if another run, in any process, holds the lock for more than `seconds`; `instead`
  is what the message suggests to do with another file.]]
  (with [_ (_alone path seconds (fn [holder]
         [f"{path}: {holder} is training this model; "
           f"stop it first, or {instead} another " 'path]))]
    (_sweep (backup-path path))
    (setv key (_key path))
    (try
      (when key (setv (get _HELD key) (file-digest path)))
      (yield)
      (finally
        (with [_ _SAVING]  ; another thread may be saving under this lock
          (.pop _HELD key None))))))


(defn [contextmanager] _alone [path seconds refusal]
  #[[Hold the lock for what is at `path`, and sweep there.

  Raise `OSError` with the `refusal` (a function of the holder) after `seconds`.]]
  (setv lock-path (_lock-path path))
  (unless (.is-dir path.parent)  ; filelock would make one
    (raise (FileNotFoundError 2 "there is no such folder" (str path.parent))))
  (try
    (with [_ (holding lock-path seconds)]
      (with [_ (suppress OSError)  file (_open-lock lock-path "r+b")]
        (.seek file 1)  ; Windows keeps others from byte 0
        (.write file (.ljust (.encode (str (os.getpid))) NUMBER-SIZE)))
      (_sweep path)
      (yield))
    (except [Timeout] (raise (failure OSError (refusal (_holder lock-path))) :from None))))


(defn [contextmanager] holding [lock-path [seconds -1]]
  "Hold the lock whose file is at `lock-path`; raise `Timeout` after `seconds` (-1: never)."
  (setv lock (FileLock lock-path :timeout seconds :thread-local False))
  (with [_ lock]
    (try
      (yield)
      (finally
        ;; A waiting process notices that the file has lost its name, and makes a new one. Windows
        ;; doesn't remove open files; there the lock removes its own file.
        (with [_ (suppress OSError)] (os.unlink lock.lock-file))))))


(defn refuse-while-training [path]
  "Raise `OSError` if this process is training the model at `path`, which it would save again."
  (when (in (_key path) _HELD)
    (raise (failure OSError f"{path}: this process is training this model; save to another "
      'path))))


(defn remove-lock [path]
  "Remove the lock file for `path` if this process holds it: it ends without leaving `locked`."
  (when (in (_key path) _HELD)
    (.unlink (_lock-path path) :missing-ok True)))


(defn _lock-path [path]
  "Return the path of the lock file for `path`."
  (.with-name path f".{path.name}.lock"))


(defn _key [path]
  "Return the key in `_HELD` of the lock for `path`, or None if no one holds one; a fork has none."
  (with [_ (suppress OSError)]
    (setv status (os.stat (_lock-path path)))  ; its number stays when its folder is renamed
    #((os.getpid) status.st-dev status.st-ino)))


(defn _holder [lock-path]
  "Return who holds the lock at `lock-path`: `process 123`, or `another process` if unknown."
  (with [_ (suppress OSError)  file (_open-lock lock-path "rb")]
    (.seek file 1)
    (when (setx number (re.search rb"\d+" (.read file NUMBER-SIZE)))
      (return f"process {(.decode (.group number))}")))
  "another process")


(defn _open-lock [path mode]
  "Open the file at `path`, but not through a symbolic link, which may be planted."
  (open path mode :buffering 0 :opener (fn [path flags]
    (os.open path (| flags (getattr os "O_NOFOLLOW" 0))))))
