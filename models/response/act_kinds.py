"""Response: what can follow from a reply, by name."""

# What can be done, in the order in which people see it.
ACTS = [
    ("opt_out", "Mail no more"),
    ("notify", "Tell who is responsible"),
    ("meeting", "Book a meeting"),
    ("reschedule", "Move the meeting"),
    ("lead", "Make an opportunity"),
    ("reminder", "Remind on the day"),
    ("referral", "Add the person named"),
    ("ticket", "Open a ticket"),
]
ICONS = {
    "opt_out": "fa-ban",
    "notify": "fa-bell",
    "meeting": "fa-calendar-plus-o",
    "reschedule": "fa-calendar",
    "lead": "fa-star",
    "reminder": "fa-clock-o",
    "referral": "fa-user-plus",
    "ticket": "fa-life-ring",
}
# What strangers notice: it can be undone, but not unsaid.
OUTWARD = ("opt_out", "meeting", "reschedule")
# From this confidence on, acts that strangers notice may happen by themselves.
SURE = 0.8
# Where an open state of mind makes selling the wrong thing to do by itself.
HOLDING = ("unsubscribe", "complaint")
# What is no person's reply, but has something follow from it.
ABSENT = [("out_of_office", "Out of office"), ("left_company", "Left the company")]
