"""What must be done: packs parsed to values, named conditions, periods and the working calendar, `decide`.

Pure: it knows episodes, and no wire, database or clock. An authority is data; nothing here names one.
"""
