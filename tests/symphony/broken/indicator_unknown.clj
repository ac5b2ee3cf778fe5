(defsymphony "Half and half" {:rebalance-frequency :daily}
  (if (> (sharpe "SPY" {:window 10}) 1)
    [(asset "SPY" nil)]
    [(asset "BIL" nil)]))
