(defsymphony "Half and half"
  ((asset "SPY") (asset "TLT")))
