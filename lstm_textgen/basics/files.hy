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
  stat [S-IMODE]
  filelock [FileLock Timeout]
  lstm-textgen.basics.messages [failure])

(setv
  LOCK-WAIT 2  ; seconds to wait for a lock: saving holds it for less
  UNFINISHED r"\d+-[0-9a-f]{8}\.tmp"  ; the end of the name of an unfinished file
  _TRAINING (set))  ; the keys of the locks of the models that this process trains


(defn backup-path [path]
  "Return the path of the backup of the file at `path`."
  (.with-name path (+ path.name ".bak")))


;; * Replacing

(defn replace-file [path content sound? [backup True] [mode None]]
  #[[Write `content` (bytes) to the file at `path`; with `backup` the old file becomes `.bak`.

  A new file has the permissions `mode` (None: the usual). `sound?` tells whether the file at a
  path is worth keeping: a damaged one never replaces a sound `.bak`. At every moment there is a
  whole file, as the new one is first written under another name. Raise `OSError`, and keep the
  old file, if it can't be written or another run is training the model.]]
  (when (.exists path)
    (refuse-read-only path)
    (setv mode (S-IMODE (. (.stat path) st-mode))))
  (with [_ (if (_training? path) (nullcontext) (_alone path "save to"))
         new (replacing path)]
    (with [_ (naming-errors (str path))
           file (open new "xb" :opener (fn [name flags] (os.open name flags (or mode 0o666))))]
      (.write file content)
      (.flush file)
      (os.fsync (.fileno file)))
    (when mode (.chmod new mode))  ; whatever the umask is
    (when (and backup (.exists path)) (_keep-old path sound?))))


(defn permissions [path]
  "Return the permissions of a file made of the one at `path`: its own, but it isn't read-only."
  (| 0o200 (& 0o666 (. (os.stat path) st-mode))))


(defn file-digest [path]
  "Return the SHA-256 of the file at `path`."
  (with [file (open path "rb")] (.hexdigest (hashlib.file-digest file "sha256"))))


(defn _keep-old [path sound?]
  "Give the file at `path` its second name, `.bak`, without a moment in which there is none."
  (setv backup (backup-path path))
  (unless (and (not (sound? path)) (sound? backup))
    (with [link (replacing backup)]
      (try
        (os.link path link)
        (except [OSError] (shutil.copy2 path link))))))  ; no hard links here


(defn [contextmanager] replacing [path]
  "Yield a new path beside `path`; at the end, rename what is there to `path`."
  (setv new (.with-name path f".{path.name}.{(os.getpid)}-{(secrets.token-hex 4)}.tmp"))
  (try
    (yield new)
    (os.replace new path)
    (when (hasattr os "O_DIRECTORY")  ; make the rename survive a power failure
      (setv folder (os.open path.parent (| os.O-RDONLY os.O-DIRECTORY)))
      (try
        (with [_ (suppress OSError)] (os.fsync folder))  ; some network drives can't
        (finally (os.close folder))))
    (finally (.unlink new :missing-ok True))))  ; a link remains if both names are the same file's


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


;; * One run at a time

(defn [contextmanager] locked [path]
  #[[Lock the model at `path` for this run while inside; remove what dead runs left unfinished.

  Raise `OSError` if another run, in any process, holds the lock.]]
  (with [_ (_alone path "train")]
    (setv key (_key path))
    (.add _TRAINING key)
    (try
      (yield)
      (finally (.discard _TRAINING key)))))


(defn refuse-while-training [path]
  "Raise `OSError` if this process is training the model at `path`, which it would save again."
  (when (_training? path)
    (raise (failure OSError f"{path}: this process is training this model; save to another "
      'path))))


(defn _training? [path]
  "Return whether this process is training the model at `path`."
  (in (_key path) _TRAINING))


(defn _key [path]
  "Return the key in `_TRAINING` of the lock for `path`, or False if there is none."
  (try
    (setv status (os.lstat (_lock-path path)))  ; its number stays when its folder is renamed
    (except [OSError] (return False)))
  #((os.getpid) status.st-dev status.st-ino))


(defn [contextmanager] _alone [path act]
  #[[Hold the lock for the model at `path`, and sweep there.

  Raise `OSError` if another holds it; `act` is what the message suggests to do with another
  model.]]
  (unless (.is-dir path.parent)  ; filelock would make one
    (raise (FileNotFoundError 2 "there is no such folder" (str path.parent))))
  (setv lock (FileLock (_lock-path path) :timeout LOCK-WAIT :thread-local False))
  (try
    (with [_ lock]
      (_sweep path)
      (try
        (yield)
        (finally
          ;; A waiting process notices that the file has lost its name, and makes a new one.
          ;; Windows doesn't remove open files; there the lock removes its own file.
          (with [_ (suppress OSError)] (os.unlink lock.lock-file)))))
    (except [Timeout]
      (raise (failure OSError f"{path}: another run is training this model; "
        f"stop it first, or {act} another " 'path) :from None))))


(defn _sweep [path]
  "Remove what dead runs left unfinished at `path` and its backup."
  (with [_ (suppress OSError)]  ; of a folder that can't be listed, or what is another user's
    (for [name (os.listdir path.parent)]
      (when (re.fullmatch rf"\.{(re.escape path.name)}(\.bak)?\.{UNFINISHED}" name)
        (.unlink (.with-name path name) :missing-ok True)))))


(defn _lock-path [path]
  "Return the path of the lock file for `path`."
  (.with-name path f".{path.name}.lock"))
