"Chats that are JSON or pages: the exports of Telegram, Discord and Slack."

(eval-when-compile (require hyrule [meth unless]))
(import
  codecs [BOM-UTF8]
  datetime [UTC datetime]
  functools [partial]
  html [unescape]
  json
  os
  re
  lstm-textgen.basics.machine [MB]
  lstm-textgen.text.decoding [NotText]
  lstm-textgen.text.documents.chats [Message NOTICE chat-text]
  lstm-textgen.text.documents.reading [BeyondLimit Budget MAX-LINE Reading not-a read-whole]
  lstm-textgen.text.documents.web [MAX-PAGE layout page-source page-tree])

(setv
  MAX-JSON-DEPTH 50  ; of nested values; exports have about five
  JSON-DEPTHS {"start_map" 1  "start_array" 1  "end_map" -1  "end_array" -1}  ; by ijson's events
  JSON-CHAT (re.compile r"\s*\{.*?\"messages\"\s*:\s*\[\s*\{" re.DOTALL)
  ;; How the export of all of Telegram begins, in which chats come after the contacts.
  ALL-OF-TELEGRAM (re.compile r"\s*\{\s*\"about\".*?\"(?:personal_information|contacts)\"\s*:"
    re.DOTALL)
  YEAR (re.compile r"\b(?:19|20)\d\d\b")
  TELEGRAM-PAGE "class=\"message default clearfix"
  ;; What is looked at on its pages: who, when, what, and messages without text.
  TELEGRAM-PARTS (+ ".message > .body > .from_name, .message > .body > .date, "
    ".message.default .text, .message.service, .media")
  DISCORD-TEXTS #{"Default" "Reply" "ThreadStarterMessage" None}  ; types of messages
  SLACK-TEXTS #{"me_message" "thread_broadcast" "bot_message" "file_comment" None}  ; subtypes
  SLACK-USERS #{"users.json" "org_users.json"}  ; files
  SLACK-DAY (re.compile r"([^/]+)/\d{4}-\d\d-\d\d\.json")
  ;; <@U1>, <@U1|anna>, <#C1|talk>, <!here>, <https://…|a page>
  SLACK-LINK (re.compile r"<([@#!]?)([^<>|\n]*)(?:\|([^<>\n]*))?>"))


;; * Telegram and Discord

(defn find-export [head]
  #[[Return #(service messages) of the export that `head`, the beginning of a text, is of, or None.

  `messages` is a function of the file and its `Reading`.]]
  (setv telegram #("Telegram" (partial _json-messages _telegram)))
  (cond
    (in TELEGRAM-PAGE head) #("Telegram" _page-messages)
    (.match ALL-OF-TELEGRAM head) telegram
    (not (.match JSON-CHAT head)) None
    (and (in "\"author\"" head) (in "\"content\"" head))
      #("Discord" (partial _json-messages _discord))
    (or (in "\"from_id\"" head) (in "\"actor_id\"" head)) telegram))


(defn _json-messages [read file reading]
  "Yield the `Message`s that `read` makes of the objects in the JSON of `file`."
  (for [item (objects-in file reading)] (yield (_attempt read item))))


(defn _attempt [read #* item]
  "Return the `Message` that `read` makes of a JSON object `item`, or a notice if it is malformed."
  (try
    (setv message (read #* item))
    (when (and (isinstance message.name str) (isinstance message.text str)) (return message))
    (except [[AttributeError KeyError OSError OverflowError TypeError ValueError]]))
  NOTICE)


(defn _page-messages [file reading]
  "Yield each `Message` on a page of Telegram; one that names nobody is of the person before."
  (setv
    [name years] [None #()]
    tree (page-tree (page-source (read-whole file reading MAX-PAGE) reading) reading))
  (for [node (.css tree TELEGRAM-PARTS)]
    (setv kinds (.split (or (.get node.attributes "class") "")))
    (cond
      (in "from_name" kinds) (setv name (layout node))
      (in "date" kinds) (setv
        found (.findall YEAR (or (.get node.attributes "title") ""))
        years (if found #((int (get found 0))) #()))
      (in "text" kinds) (yield (Message name (layout node) years))
      True (yield NOTICE))))


(defn objects-in [file reading]
  #[[Yield each object in the arrays called `messages` in the JSON of `file`, one at a time.

  Raise `NotText` for what is no JSON, or for values within one another that are too deep,
  `BeyondLimit` for an object with more than `MAX-LINE` values and characters.]]
  (import
    ijson
    ijson.common [ObjectBuilder])
  (unless (= (.read file (len BOM-UTF8)) BOM-UTF8) (.seek file 0))
  (setv [depth array builder key size] [0 None None None 0])  ; `array`: depth in `messages`
  (try
    (for [[event value] (ijson.basic-parse file :use-float True)]
      (+= depth (.get JSON-DEPTHS event 0))
      (when (> depth MAX-JSON-DEPTH)
        (raise (NotText (not-a reading "a chat export" "its values are nested too deeply"))))
      (when (and (is builder None) (= event "start_map") array (= depth (+ array 1)))
        (setv [builder size] [(ObjectBuilder) 0]))
      (cond
        (is-not builder None) (do
          (+= size (if (isinstance value str) (len value) 1))
          (when (> size MAX-LINE)
            (raise (BeyondLimit (+ f"{reading.name} has a message of more than "
              f"{(// MAX-LINE MB)} million characters; give a file with shorter ones"))))
          (.event builder event value)
          (when (= depth array)
            (yield builder.value)
            (setv builder None)))
        (and array (< depth array)) (setv array None)
        (and (not array) (= event "start_array") (= key "messages")) (setv array depth))
      (setv key (when (= event "map_key") value)))
    (except [error [ijson.JSONError UnicodeError]]
      (raise (NotText (not-a reading "a chat export" (str error))) :from error))))


(defn _telegram [item]
  "Return the `Message` in a Telegram object."
  (setv text (get item "text"))
  (when (isinstance text list)
    (setv text (.join "" (gfor part text (if (isinstance part str) part (get part "text"))))))
  (when (= (get item "type") "message")
    (Message (or (get item "from") "Deleted Account") text #((int (cut (get item "date") 4))))))


(defn _discord [item]
  "Return the `Message` in a Discord object."
  (match item
    {"author" author  "content" text  "timestamp" date} :if (in (.get item "type") DISCORD-TEXTS)
      (Message (or (.get author "nickname") (get author "name")) text #((int (cut date 4))))))


;; * Slack

(defclass Folder []
  "An export's folder, read like an archive: regular files up to two levels deep, no links."

  (meth __init__ [@path @reading]
    (setv
      @budget (Budget reading)
      @names #{})
    (for [entry (os.scandir path)]
      (if (.is-dir entry :follow-symlinks False)
        (for [inner (os.scandir entry.path)]
          (when (.is-file inner :follow-symlinks False)
            (.add @names f"{entry.name}/{inner.name}")))
        (when (.is-file entry :follow-symlinks False) (.add @names entry.name)))))

  (meth read [name]
    "Return all bytes of the file `name`; raise `BeyondLimit` if there are too many."
    (with [file (open (os.path.join @path name) "rb")]
      (setv data (read-whole file @reading)))
    (.spend @budget (len data))
    data))


(defn slack? [names]
  "Return whether `names` are the file names of a Slack export."
  (and (& SLACK-USERS (set names)) (any (map SLACK-DAY.fullmatch names))))


(defn slack-folder? [path]
  "Return whether the folder at `path` is a Slack export."
  (and
    (any (gfor name SLACK-USERS (os.path.isfile (os.path.join path name))))
    (slack? (. (Folder path (Reading)) names))))


(defn read-slack [archive]
  "Yield the text of the Slack export in `archive` by channel, then an `Understood`."
  (setv people {})
  (for [name (& SLACK-USERS (set archive.names))
        user (_objects archive name)]
    (setv profile (or (.get user "profile") {}))
    (when (isinstance profile dict)
      (setv (get people (str (.get user "id"))) (str (or (.get profile "display_name")
        (.get user "real_name") (.get profile "real_name") (.get user "name") "")))))
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
    (setv items (json.loads data))
    (except [[RecursionError ValueError]]  ; also for a number of more than 4300 digits
      (setv items None)))
  (unless (isinstance items list)
    (raise (NotText (not-a archive.reading "a Slack export" f"{name} holds no JSON list"))))
  (lfor item items :if (isinstance item dict) item))


(defn _slack [item people]
  "Return the `Message` in a Slack object; `people` maps ids to names."
  (setv profile (.get item "user_profile" {}))
  (when (and (= (.get item "type") "message") (in (.get item "subtype") SLACK-TEXTS))
    (Message
      (or (.get people (.get item "user")) (.get profile "display_name") (.get profile "real_name")
        (.get item "username"))
      (unescape (.sub SLACK-LINK (fn [link] (_slack-link link people)) (get item "text")))
      #((. (datetime.fromtimestamp (float (get item "ts")) UTC) year)))))


(defn _slack-link [link people]
  "Return the text that a `link` (a match of `SLACK-LINK`) shows."
  (setv [mark place label] (.groups link))
  (match mark
    "@" (+ "@" (or label (.get people place) place))
    "#" (+ "#" (or label place))
    "!" (+ "@" (or label (get (.split place "^") 0)))
    _ (or label place)))
