#[[Replaces a file so that a crash at any moment loses nothing, and keeps it for one process at a time.

Nothing here knows what is in the file.]]

(import
  contextlib [contextmanager]
  os
  shutil)

(try
  (import fcntl)
  (except [ImportError]  ; Windows
    (setv fcntl None)))


(defn backup-path [path]
  "Where the file before the one at `path` is kept."
  (.with-name path (+ path.name ".bak")))


(defn replace-file [path content sound?]
  #[[Write `content` (bytes) to the file at `path`; the file that was there becomes `.bak`.

  `sound?` says of a path whether the file there is worth keeping: a damaged one doesn't take the name `.bak` from a sound one. At every moment a whole file stands under one of the two names, since the new one is written and flushed under a third name first. Raises `OSError` when it can't be written; what was there before is still there then.]]
  (setv temporary (.with-name path f".{path.name}.{(os.getpid)}.tmp"))
  (when (.exists path)
    (refuse-read-only path))
  (try
    (with [file (open temporary "ab" :opener _not-through-links)]
      (when (not (_lock? file))
        (raise (OSError f"{path}: another process is just saving it")))
      (.truncate file 0)
      (.write file content)
      (.flush file)
      (os.fsync (.fileno file))
      (when (.exists path)
        (shutil.copymode path temporary)
        (_keep-old path sound?)))
    (os.replace temporary path)
    (_sync-folder path.parent)
    (finally
      (.unlink temporary :missing-ok True))))


(defn _not-through-links [path flags]
  "Open the file at `path` as `open` does, unless it is a symbolic link: in a stranger's folder that could lead to a file which has nothing to do with the model."
  (os.open path (| flags (getattr os "O_NOFOLLOW" 0)) 0o666))


(defn _keep-old [path sound?]
  "Give the file at `path` its second name, `.bak`, without a moment in which there is none."
  (setv backup (backup-path path)  link (.with-name path f".{backup.name}.link"))
  (when (and (not (sound? path)) (sound? backup))
    (return))
  (.unlink link :missing-ok True)
  (try
    (os.link path link)
    (except [OSError]  ; a file system without hard links
      (shutil.copy2 path link)))
  (os.replace link backup)
  (_sync-folder path.parent))


(defn _sync-folder [folder]
  "Make the renames in `folder` last through a loss of power, where the system can."
  (when (hasattr os "O_DIRECTORY")
    (setv descriptor (os.open folder (| os.O-RDONLY os.O-DIRECTORY)))
    (try
      (os.fsync descriptor)
      (finally (os.close descriptor)))))


(defn refuse-read-only [path]
  "Raise `PermissionError` when the file at `path` was made read-only: a rename would replace it all the same."
  (when (not (& (. (.stat path) st-mode) 0o222))
    (raise (PermissionError 13 "the file is read-only" (str path)))))


(defn temporary-paths [path]
  #[[The unfinished files that runs which died have left beside the file at `path`.

  Who writes one holds a lock on it, so that a file without a lock has no writer. The process number in its name is no sign of that: another process may have it by now.]]
  (defn stray? [file]
    (when (or (.is-symlink file) (not (.is-file file)))
      (return False))
    (with [opened (open file "rb")]
      (_lock? opened)))
  (lfor  file (.glob path.parent f".{path.name}.*.tmp")  :if (stray? file)  file))


;; * One process at a time

(defn _lock? [file]
  #[[Lock an open `file` against other processes; whether that worked.

  The system takes the lock away when the process ends, however it ends. On Windows, where Python has no such locks, nothing is locked.]]
  (try
    (when fcntl
      (fcntl.flock file (| fcntl.LOCK-EX fcntl.LOCK-NB)))
    (except [BlockingIOError]
      (return False)))
  True)


(defn [contextmanager] locked [path]
  #[[Keep the file at `path` for this process while this is entered.

  Raises `OSError` with the other one's process number when another one keeps it. The lock is on a small file beside it, `.NAME.lock`, which stays there: to remove it could take it from under a process that has just opened it.]]
  (with [file (open (.with-name path f".{path.name}.lock") "a+" :opener _not-through-links)]
    (.seek file 0)
    (when (not (_lock? file))
      (raise (OSError f"{path}: process {(.read file 20)} is training this model; stop it first, or train another --model")))
    (.truncate file 0)
    (.write file (str (os.getpid)))
    (.flush file)
    (yield)
    (.truncate file 0)))
