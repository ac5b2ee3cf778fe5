(defsymphony "Half and half" {:rebalance-frequency :daily}
  (if (> (rsi "SPY" {:windw 10}) 70)
    [(asset "BIL" nil)]
    [(asset "SPY" nil)]))
