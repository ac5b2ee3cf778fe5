(defsymphony "Half and half" {:rebalance-frequency :daily})
