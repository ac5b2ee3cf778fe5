(defsymphony "Half and half" {:rebalance-frequency :daily}
  (filter (rsi {:window 10}) (select-best 1) [
    (asset "SPY" nil)
    (asset "TLT" nil)
  ]))
