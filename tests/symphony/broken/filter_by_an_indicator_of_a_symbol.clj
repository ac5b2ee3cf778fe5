(defsymphony "Half and half"
  (filter (rsi "SPY" {:window 10}) (select-top 1) [
    (asset "SPY")
    (asset "TLT")]))
