"Chats that are JSON or pages: the exports of Telegram, Discord and Slack."

(eval-when-compile (require hyrule [meth unless]))
(import
  codecs [BOM-UTF8]
  functools [partial]
  glob [glob]
  html [unescape]
  os
  re
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.values [read-json]
  lstm-textgen.text.documents.chats [NOTICE chat-text]
  lstm-textgen.text.documents.reading [BeyondLimit Bounded Budget MAX-LINE
    MAX-WHOLE Reading read-whole refuse-damaged]
  lstm-textgen.text.documents.web [MAX-PAGE layout page-source page-tree])

(setv
  MAX-JSON-PATH 1000  ; characters of the names of values that one is in; exports have about 50
  JSON-CHAT r"\s*\{.*?\"messages\"\s*:\s*\[\s*\{"  ; how one begins
  ;; What is looked at on Telegram's pages: who, what, and messages without text.
  TELEGRAM-PARTS ".message > .body > .from_name, .message.default .text, .message.service, .media"
  DISCORD-TEXTS #{"Default" "Reply" "ThreadStarterMessage" None}  ; types of messages
  SLACK-TEXTS #{"me_message" "thread_broadcast" "bot_message" "file_comment" None}  ; subtypes
  SLACK-USERS #{"users.json" "org_users.json"}  ; files
  SLACK-DAY (re.compile r"([^/]+)/\d{4}-\d\d-\d\d\.json")
  ;; <@U1>, <@U1|anna>, <#C1|talk>, <!here>, <https://…|a page>
  SLACK-LINK (re.compile r"<([@#!]?)([^<>|\n]*)(?:\|([^<>\n]*))?>"))


;; * Telegram and Discord

(defn _attempt [read #* item]
  "Return the message that `read` makes of a JSON object `item`, or a notice if it is malformed."
  (try
    (setv [name text] (read #* item))
    (when (and (isinstance name str) (isinstance text str)) (return #(name text)))
    (except [[AttributeError KeyError TypeError ValueError]]))
  NOTICE)


(defn _page-messages [file reading]
  "Yield each message on a page of Telegram; one that names nobody is of the person before."
  (setv
    name None
    tree (page-tree (page-source (read-whole file reading MAX-PAGE) reading) reading))
  (for [node (.css tree TELEGRAM-PARTS)]
    (setv kinds (.split (or (.get node.attributes "class") "")))
    (cond
      (in "from_name" kinds) (setv name (layout node))
      (in "text" kinds) (yield #(name (layout node)))
      True (yield NOTICE))))


(defn _json-messages [read file reading]
  "Yield what `read` makes of each object in the arrays called `messages` in the JSON of `file`."
  (gfor
    item (json-objects file reading "messages.item" "a chat export")
    (_attempt read item)))


(defn json-objects [file reading suffix kind [start 0]]
  #[[Yield each object in the JSON of `file`, from the byte `start`, whose path ends with `suffix`.

  Raise `NotText` for what is no JSON, and so no document of this `kind`, or for values within one
  another that are too deep, `BeyondLimit` for an object with more than `MAX-LINE` values and
  characters.]]
  (import
    ijson
    ijson.common [ObjectBuilder])
  (.seek file start)
  (unless (= (.read file (len BOM-UTF8)) BOM-UTF8) (.seek file start))
  (setv [within builder size] [None None 0])  ; of the object that has begun
  (try
    ;; Of a file, ijson.parse makes the paths of all events in 64 KB before we see the first.
    (for [[path event value] (ijson.parse (ijson.basic-parse file :use-float True))]
      (when (> (len path) MAX-JSON-PATH)
        (refuse-damaged reading kind "its values are nested too deeply"))
      (when (and (not within) (= event "start_map") (.endswith path suffix))
        (setv [within builder size] [path (ObjectBuilder) 0]))
      (when within
        (+= size (if (isinstance value str) (len value) 1))
        (when (> size MAX-LINE)
          (raise (BeyondLimit (+ f"{reading.name} has a message or post of more than "
            f"{(// MAX-LINE MB)} million characters; give a file with shorter ones"))))
        (.event builder event value)
        (when (= [path event] [within "end_map"])
          (yield builder.value)
          (setv within None))))
    (except [error [ijson.JSONError UnicodeError]]
      (refuse-damaged reading kind error))))


(defn _telegram [item]
  "Return the message in a Telegram object."
  (setv text (get item "text"))
  (when (isinstance text list)
    (setv text (.join "" (gfor part text (if (isinstance part str) part (get part "text"))))))
  (when (= (get item "type") "message") #((or (get item "from") "Deleted Account") text)))


(defn _discord [item]
  "Return the message in a Discord object."
  (match item
    {"author" author  "content" text} :if (in (.get item "type") DISCORD-TEXTS)
      #((or (.get author "nickname") (get author "name")) text)))


;; The exports: the service, how its text begins, and what yields the messages in the file.
(setv EXPORTS [
  ["Telegram" (re.compile ".*class=\"message default clearfix" re.DOTALL) _page-messages]
  ;; All of Telegram, in which chats come after the contacts.
  ["Telegram" (re.compile r"\s*\{\s*\"about\".*?\"(?:personal_information|contacts)\"\s*:"
    re.DOTALL) (partial _json-messages _telegram)]
  ["Discord" (re.compile rf"(?=.*\"author\")(?=.*\"content\"){JSON-CHAT}" re.DOTALL)
    (partial _json-messages _discord)]
  ["Telegram" (re.compile rf"(?=.*\"(?:from|actor)_id\"){JSON-CHAT}" re.DOTALL)
    (partial _json-messages _telegram)]])


;; * Slack

(defclass Folder []
  "An export's folder, read like an archive: regular files up to two levels deep, no links."

  (meth __init__ [path @reading]
    (setv
      @path (os.path.realpath path)
      @budget (Budget reading)
      @names (sfor
        pattern ["*.json" "*/*.json"]
        name (glob pattern :root-dir @path)
        :setv own (os.path.join @path name)
        :if (and (os.path.isfile own) (= own (os.path.realpath own)))
        name)))

  (meth read [name]
    "Return all bytes of the file `name`; raise `BeyondLimit` if there are too many."
    (with [file (open (os.path.join @path name) "rb")]
      (read-whole (Bounded file @budget) @reading))))


(defn slack? [names]
  "Return whether `names` are the file names of a Slack export."
  (and (& SLACK-USERS (set names)) (any (map SLACK-DAY.fullmatch names))))


(defn slack-folder? [path]
  "Return whether the folder at `path` is a Slack export."
  (and
    (any (gfor name SLACK-USERS (os.path.isfile (os.path.join path name))))
    (slack? (. (Folder path (Reading)) names))))


(defn read-slack [archive]
  "Yield the text of the Slack export in `archive` by channel; return a `Summary`."
  (setv people (dfor
    file (& SLACK-USERS (set archive.names))
    user (_objects archive file)
    :setv profile (.get user "profile")
    :if (isinstance profile dict)
    (str (.get user "id")) (_slack-name user profile)))
  (chat-text
    (gfor
      day (sorted (filter SLACK-DAY.fullmatch archive.names))
      item (_objects archive day)
      (_attempt _slack item people))
    "Slack" archive.reading))


(defn _objects [archive name]
  "Return the JSON objects in the array in the file `name` of `archive`."
  (setv data (.read archive name))
  (try
    (setv items (read-json data name list MAX-WHOLE))
    (except [error ValueError] (refuse-damaged archive.reading "a Slack export" error)))
  (lfor item items :if (isinstance item dict) item))


(defn _slack [item people]
  "Return the message in a Slack object; `people` maps ids to names."
  (when (and (= (.get item "type") "message") (in (.get item "subtype") SLACK-TEXTS))
    #((or (.get people (.get item "user")) (_slack-name item (.get item "user_profile" {})))
      (unescape (.sub SLACK-LINK (fn [link] (_slack-link link people)) (get item "text"))))))


(defn _slack-name [item profile]
  "Return the name in a Slack object, a user or a message, with a `profile`; empty without one."
  (str (or (.get profile "display_name") (.get item "real_name") (.get profile "real_name")
    (.get item "name") (.get item "username") "")))


(defn _slack-link [link people]
  "Return the text that a `link` (a match of `SLACK-LINK`) shows."
  (setv [mark target label] (.groups link))
  (match mark
    "@" (+ "@" (or label (.get people target) target))
    "#" (+ "#" (or label target))
    "!" (+ "@" (or label (get (.split target "^") 0)))
    _ (or label target)))
