#[[A conversation with a model of a chat: who is who, and which text the model continues.

A person speaks as the one who writes most in the chat, unless they choose another; the model is
the others. A message is a line, `Name: text`. A turn ends before a line that begins with a known
name and a colon (`names` of `Ends`).]]


(defn people-of [model]
  #[[Return the names of the people in the chat that `model` learned, who write most first.

  There are none if it learned no chat, a chat of one person, or a list.]]
  (setv people (or model.facts.people []))
  (if (and (> (len people) 1) (not model.settings.items)) people []))


(defn roles [people [you None] [other None]]
  "Return #(you other), of whom each, unless given, is the one of `people` who writes most."
  (setv you (or you (next (gfor name people :if (!= name other) name))))
  #(you (or other (next (gfor name people :if (!= name you) name)))))
