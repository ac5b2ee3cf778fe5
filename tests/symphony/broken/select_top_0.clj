(defsymphony "Half and half" {:rebalance-frequency :daily}
  (filter (rsi {:window 10}) (select-top 0) [
    (asset "SPY" nil)
    (asset "TLT" nil)
  ]))
