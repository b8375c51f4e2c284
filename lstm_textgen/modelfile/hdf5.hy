#[[Reads untrusted HDF5 without the HDF5 library.

The library also reads links into other files, filters that unpack a few bytes into gigabytes, and
structures that keep its C code busy forever once a few of their bytes are changed. So this module
itself reads the small part that h5py and Keras write of a model, groups, contiguous arrays and
short attributes, and refuses everything else. It reads the file's bytes at most twice, so the
file's size bounds time and memory. Messages, nodes and heaps are those of the HDF5 File Format
Specification, version 3.0.]]

(eval-when-compile (require hyrule [meth unless]))
(import
  contextlib [contextmanager]
  io [BytesIO]
  itertools [accumulate]
  math [prod]
  os
  struct [calcsize iter-unpack pack unpack-from]
  numpy :as np
  lstm-textgen.basics.messages [refuse])

(setv
  HDF5-SIGNATURE b"\x89HDF\r\n\x1a\n"
  MAX-GROUP-DEPTH 8  ; of nested groups; a model has 3
  MAX-OBJECTS 20000   ; a model with 64 layers has fewer than 1,000
  MAX-BLOCK (** 2 20) ; bytes of one header or heap, which h5py keeps below 64 KiB
  MAX-NAME 255
  ;; The messages of an object header: those that are read …
  READ {0x01 "dataspace"  0x03 "datatype"  0x08 "layout"  0x0C "attribute"  0x10 "continuation"
    0x11 "symbol table"}
  ;; … and those that don't describe the data: padding, fill values and times (two forms each).
  IGNORED-MESSAGES [0x00 0x04 0x05 0x0E 0x12]
  ;; Each number type in a datatype message.
  TYPES {
    (bytes.fromhex "11200f0002000000000010000a05000a0f000000") (np.dtype "<f2")
    (bytes.fromhex "11201f000400000000002000170800177f000000") (np.dtype "<f4")
    (bytes.fromhex "11203f000800000000004000340b0034ff030000") (np.dtype "<f8")
    #** (dfor
      [signed kind] (enumerate "ui")
      size [1 4 8]
      (pack "<BBHIHH" 0x10 (* 8 signed) 0 size 0 (* 8 size)) (np.dtype f"<{kind}{size}"))})


(defn [contextmanager] open-hdf5 [path]
  #[[Open the file at `path`, or `path` if it is a `BytesIO`, as an `Hdf5File`.

  Raise `OSError` or, if it is invalid, `ValueError`.]]
  (when (isinstance path BytesIO)
    (yield (Hdf5File path))
    (return))
  ;; A pipe could wait forever.
  (unless (or (not (os.path.exists path)) (os.path.isfile path)) (refuse "it is not a file"))
  (with [file (open path "rb")] (yield (Hdf5File file))))


(defclass Hdf5File []
  #[[An HDF5 file, open as the binary `file`; its methods raise `ValueError` for invalid content.

  `objects` maps the path of every group and array, such as `model_weights/dense/bias`, to its
  messages; the path of the root group is empty.]]

  (meth __init__ [@file]
    (setv
      @size (.seek file 0 2)
      @left (* 2 @size)  ; bytes that may still be read
      @objects {}
      @heaps {})
    (unless (>= @size 96) (refuse "it is not an HDF5 file"))
    (setv [signature version sizes base end root] (_fields "8sB4xH9xQ8xQ16xQ" (@_bytes 0 72)))
    (unless (= signature HDF5-SIGNATURE) (refuse "it is not an HDF5 file"))
    (unless (= #(version sizes base) #(0 0x0808 0))
      (refuse "it is HDF5 of another version than h5py's usual one"))
    (unless (<= end @size) (refuse f"it is cut off: {@size} of {end} bytes are left"))
    (unless (= end @size) (refuse "it has data after its end"))
    (@_walk root ""))

  (meth array [path kinds [shape None]]
    "Return the array at `path`, of a type in `kinds` (NumPy's letters) and the `shape`, if given."
    (setv
      actual (_shape (@_part path "dataspace"))
      dtype (_dtype (@_part path "datatype"))
      [version layout at size] (_fields "BBQQ" (@_part path "layout")))
    (unless (in dtype.kind kinds) (refuse f"'{path}' has numbers of the type {dtype}"))
    (unless (or (is shape None) (= actual (tuple shape)))
      (refuse f"'{path}' has the shape {actual}, not {shape}"))
    (unless (= #(version layout) #(3 1)) (refuse f"'{path}' is not stored in one plain block"))
    (unless (= size (* dtype.itemsize (prod actual)))
      (refuse f"'{path}' has another size than it declares"))
    (@_claim at size)
    (setv array (np.empty (prod actual) dtype))
    (.readinto @file array)
    (.reshape array actual))

  (meth floats [path [shape None] [dtype "float32"]]
    "Return the array (`shape`) of `dtype` at `path` as float32; its values must be finite."
    (setv array (@array path "f" shape))
    (unless (= array.dtype dtype) (refuse f"'{path}' has numbers of the type {array.dtype}"))
    (unless (.all (np.isfinite array)) (refuse f"'{path}' has a value that is not finite"))
    (.astype array "float32" :copy False))

  (meth attributes [path]
    "Return the attributes at `path`, if any: a dict from names to numbers, texts or lists."
    (setv found {})
    (for [content (.get (.get @objects path {}) "attribute" [])]
      (setv
        [version #* sizes] (_fields "BxHHH" content)
        starts (accumulate (gfor size sizes (+ size (% (- size) 8))) :initial 8)
        [name datatype dataspace data] (lfor
          [start size] (zip starts [#* sizes (len content)])
          (cut content start (+ start size)))
        [kind bits size] (_fields "BBxxI" datatype)
        shape (_shape dataspace)
        total (* size (prod shape)))
      (unless (= version 1) (refuse f"'{path}' has an attribute of a newer kind"))
      (unless (and (>= size 1) (<= total (len data))) (refuse "an attribute in it is cut short"))
      (setv
        items (lfor at (range 0 total size) (cut data at (+ at size)))
        values (cond
          (= #(kind (& bits 15)) #(0x19 1))
            (lfor item items (@_heap-text #* (_fields "IQI" item)))
          True (.tolist (np.frombuffer (cut data total) (_dtype datatype))))
        (get found (.decode (.rstrip name b"\0"))) (if shape values (get values 0))))
    found)

  (meth _claim [at count]
    "Seek to the byte `at` to read `count` bytes: they must exist and be read at most twice."
    (unless (<= (+ at count) @size) (refuse "it points beyond its own end"))
    (-= @left count)
    (unless (>= @left 0) (refuse "it refers to the same bytes repeatedly"))
    (.seek @file at))

  (meth _bytes [at count]
    "Return `count` bytes of structure from the byte `at`."
    (unless (<= count MAX-BLOCK) (refuse "a part of its structure is too large"))
    (@_claim at count)
    (.read @file count))

  ;; * Groups

  (meth _walk [at path]
    #[[Note the object whose header is at `at` and, if it is a group, all that it holds.

    Of an object the messages are noted: a dict from their kinds to lists of contents.]]
    (unless (< (.count path "/") MAX-GROUP-DEPTH) (refuse "its groups are nested too deeply"))
    (unless (< (len @objects) MAX-OBJECTS) (refuse "it has too many objects"))
    (setv
      [version length] (_fields "B7xI" (@_bytes at 12))
      blocks [#((+ at 16) length)]
      parts {})
    (unless (= version 1) (refuse "it has an object header of another version"))
    (for [[start length] blocks]  ; grows during the loop
      (setv
        block (@_bytes start length)
        offset 0)
      (while (<= (+ offset 8) length)
        (setv
          [kind size flags] (_fields "HHB" block offset)
          name (.get READ kind)
          content (cut block (+ offset 8) (+ offset 8 size)))
        (unless (or name (in kind IGNORED-MESSAGES))
          (refuse f"it has compressed data, a link or the like (a message of the kind {kind})"))
        (unless (= 0 (& flags 2)) (refuse "it has shared messages"))
        (cond
          (= name "continuation") (.append blocks (_fields "QQ" content))
          name (.append (.setdefault parts name []) content))
        (+= offset 8 size)))
    (setv (get @objects path) parts)
    (when (in "symbol table" parts)
      (for [[name address] (.items (@_members (@_part path "symbol table")))]
        (@_walk address (if path f"{path}/{name}" name)))))

  (meth _part [path kind]
    "Return the content of the only message of this `kind` of the object at `path`."
    (unless (in path @objects) (refuse f"it lacks '{path}'"))
    (setv contents (.get (get @objects path) kind []))
    (unless (= (len contents) 1) (refuse f"'{path}' is not of the right kind"))
    (get contents 0))

  (meth _members [symbol-table]
    "Return a group's members: a dict from names to addresses of object headers."
    (setv
      [tree heap] (_fields "QQ" symbol-table)
      [signature length start] (_fields "4s4xQ8xQ" (@_bytes heap 32))
      names (@_bytes start length)
      members {})
    (unless (= signature b"HEAP") (refuse "the names in it are damaged"))
    (for [[at address kind] (@_entries tree)]
      (setv
        end (.find names b"\0" at (+ at MAX-NAME))
        name (.decode (cut names at (max at end))))
      (unless (and name (not-in "/" name)) (refuse "a name in it is damaged"))
      (when (= kind 2) (refuse f"'{name}' is a link"))
      (when (in name members) (refuse f"it has '{name}' twice"))
      (unless (< (len members) MAX-OBJECTS) (refuse "it has too many objects"))
      (setv (get members name) address))
    members)

  (meth _entries [at [level None]]
    "Yield (offset of the name, address, kind) of the entries below the B-tree node at `at`."
    (setv [signature kind found count] (_fields "4sBBH" (@_bytes at 8)))
    (unless (and (= signature b"TREE") (= kind 0) (in level [None found]))
      (refuse "a group in it is damaged"))
    (for [[child] (iter-unpack "<8xQ" (@_bytes (+ at 24) (* 16 count)))]
      (if found
        (yield :from (@_entries child (- found 1)))
        (do  ; a symbol table node
          (setv [signature count] (_fields "4s2xH" (@_bytes child 8)))
          (unless (= signature b"SNOD") (refuse "a group in it is damaged"))
          (yield :from (iter-unpack "<QQI20x" (@_bytes (+ child 8) (* 40 count))))))))

  (meth _heap-text [length at index]
    "Return the text of `length` bytes that is the object `index` of the global heap at `at`."
    (unless (in at @heaps) (setv (get @heaps at) (@_read-heap at)))
    (setv [size text] (.get (get @heaps at) index [None None]))
    (unless (= size length) (refuse "a text in it is missing"))
    text)

  (meth _read-heap [at]
    "Return the objects in the global heap at `at`: a dict from numbers to #(bytes, as a text)."
    (setv
      [signature size] (_fields "4s4xQ" (@_bytes at 16))
      block (@_bytes (+ at 16) (max 0 (- size 16)))
      [offset objects] [0 {}])
    (unless (= signature b"GCOL") (refuse "the texts in it are damaged"))
    (while (<= (+ offset 16) (len block))
      (setv [number size] (_fields "H6xQ" block offset))
      (when (= number 0) (break))  ; the rest is free
      (+= offset 16)
      (setv content (cut block offset (+ offset size)))
      ;; Decoded once, as an attribute has room for 4,000 references to one text.
      (setv (get objects number) #((len content) (.decode content)))
      (+= offset size (% (- size) 8)))  ; padded to a multiple of 8
    objects))


;; * Parts of the structure

(defn _fields [layout block [at 0]]
  "Return the numbers at byte `at` of `block`, unpacked by `struct`."
  (setv layout (+ "<" layout))
  (when (< (len block) (+ at (calcsize layout))) (refuse "a part of its structure is cut short"))
  (unpack-from layout block at))


(defn _shape [dataspace]
  "Return the shape in a dataspace message."
  (setv [version rank flags] (_fields "BBB" dataspace))
  (unless (and (= version 1) (<= flags 1) (<= rank 8))
    (refuse "an array in it has an invalid shape"))
  (_fields f"{rank}Q" dataspace 8))


(defn _dtype [datatype]
  (for [[code dtype] (.items TYPES) :if (.startswith datatype code)] (return dtype))
  (refuse "an array in it has something other than plain numbers"))
