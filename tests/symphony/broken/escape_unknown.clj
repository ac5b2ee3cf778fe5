(defsymphony "Half and half" {:rebalance-frequency :daily}
  (group "C:\new" [(asset "SPY" nil)]))
