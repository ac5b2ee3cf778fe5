{"step": "root", "name": "Half and half", "children": []}
