"""Answers as chat models give them, read by the benchmark: these and the twenty of the hearing tests."""

from __future__ import annotations

from tests.hearing.answers import ANSWERS as OTHERS

SHORT = (
    """\
Sure, I can do that.""",
    """\
Yes, the museum is open today until six o'clock. Would you like me to book tickets for you?""",
    """\
I'm sorry, but I could not find an order with that number. Could you check it and tell me again? It should have \
eight digits, and you will find it at the top of your receipt.""",
    """\
Of course! Your table for four is booked for Friday at 7:30. If your plans change, just call us before noon.""",
    """\
The capital of Australia is **Canberra**, not Sydney. Sydney is the largest city, and many people mix them up.""",
    """\
It depends on what you need. If you travel a lot, a light laptop is the better choice. If you edit videos at \
home, take a desktop computer, because it gives you more power for the same price.""",
    """\
To reset the router, press the small button on the back for ten seconds. Then wait until the green light comes \
on. That usually takes two or three minutes, so please be patient.""",
    """\
Good morning! Today will be mostly sunny, with a high of 24 degrees in the afternoon. There may be a light \
shower in the evening, so take an umbrella if you go out late.""",
    """\
Here are three ideas for dinner:

- tomato soup with fresh bread
- rice with vegetables and egg
- a big salad \
with beans

Which one sounds best to you?""",
    """\
Your package left the warehouse this morning. It should arrive on Thursday between 9 and 12. You don't have to \
be home, since the driver can leave it with a neighbor.""",
    """\
A **noun** names a person, a place, or a thing. A **verb** tells what happens. For example, in "the dog sleeps", \
*dog* is the noun and *sleeps* is the verb.""",
    """\
Great idea! Learning the piano as an adult is harder than as a child, but it is absolutely possible. Start with \
fifteen minutes a day, and choose songs that you really like. After three months, you will be surprised how much \
you can play.""",
    """\
I understand that this is frustrating, and I'm sorry for the trouble. Let me look into it right away. I can see \
that the payment was charged twice, so I have sent one of them back to you. It takes three to five days until \
you see it in your account.""",
    """\
The short answer is no. Cats cannot live on vegetables alone, because they need a substance that is found only \
in meat. A vet can tell you which food suits your cat best.""",
    """\
Let me explain how a bill becomes a law. First, a member writes a draft and brings it to the house. Then a small \
group studies it, asks experts, and suggests changes. After that the whole house votes, and if most members \
agree, the bill goes to the second house. At the end the president signs it.""",
    """\
1. Turn off the power.
2. Remove the old bulb when it is cold.
3. Screw in the new one.
4. Turn the power back \
on.
""",
    """\
Honestly, I think your second draft is stronger. The opening is clear, the middle has a good rhythm, and the \
ending surprised me. You could still cut the third paragraph: it repeats what the reader already knows.""",
    """\
Your balance is $1,250.40. The last payment, $89.99 to the phone company, was made on Monday. Is there anything \
else you would like to know?""",
    """\
To open a file in Python, use the `open` function:

```python
with open('notes.txt') as file:
    text = \
file.read()
```

The file is closed when the block ends, even if an error happens inside it.""",
    """\
Water boils at 100 degrees at sea level, but high in the mountains it boils sooner. At 3,000 meters it takes \
only about 90 degrees. That is why pasta needs more time up there, although the water is bubbling just as hard.""",
    """\
Take the second exit, then keep left. After 300 meters you will see a church on your right. The parking lot is \
just behind it.""",
    """\
That's a good question, and there is no single answer. Some people say that the book is about freedom; others \
read it as a love story. I would say that it is about memory — about what we keep, what we lose, and what we \
invent.""",
    """\
Please don't take both medicines at the same time. They can make you very sleepy, and together they may be \
dangerous for your heart. Call your doctor or pharmacist before you take the next dose. If you feel dizzy or \
have trouble breathing, call for help at once.""",
    """\
Done! I have set an alarm for 6:15 tomorrow morning.""",
    """\
The word comes from Latin. It first meant a small stone, which people used for counting; later it came to mean \
the counting itself. Today it is a whole branch of mathematics.""",
    """\
When you write the letter, keep three things in mind. Say who you are and why you are writing, in the first two \
sentences. Describe one thing that you have done well, with numbers if you can. End with a clear request, such \
as a meeting next week.""",
    """\
No problem. I have moved your appointment from Tuesday to Wednesday, same time. You will get a message the day \
before, and you can answer it to confirm.""",
    """\
### Which one should you choose?

The **small plan** is enough for one person. It costs $8 a month, and you can \
leave at any time.

The **family plan** covers up to five people. It costs $15 a month, so it pays off from the \
second person on.""",
    """\
Once upon a time, in a village by the sea, there lived a clockmaker who had never been late in her life. One \
night all her clocks stopped at the same moment. She opened the door, and in the moonlight she saw the whole \
village standing still.""",
    """\
Photosynthesis is how plants make their food. They take in light, water, and carbon dioxide, and they turn them \
into sugar and oxygen. The sugar feeds the plant, while the oxygen goes into the air that we breathe. Without \
this process, there would be hardly any life on earth.""",
    """\
Hmm, let me think. If the train leaves at 5:40 and you need half an hour to the station, you should leave home \
at five. That gives you ten minutes to find the platform.""",
    """\
I'd recommend the window seat. The flight takes nine hours, most of it at night, and you can lean against the \
wall while you sleep. However, if you like to get up often, the aisle is more comfortable.""",
    """\
In short: yes, but not today. The update is large, your battery is at 15 percent, and the download needs a \
stable connection. Plug in your phone tonight, and it will install by itself while you sleep.""",
    """\
There are two main reasons. The first is cost: a small team can do the same work with fewer meetings. The second \
is speed, because decisions are made on the spot. On the other hand, a small team depends on every single \
member, so one illness can stop everything.""",
)
"""Each ends as models end: mostly with a full stop, sometimes with a question, a list or a line break."""

LONG = tuple(answer.markdown for answer in OTHERS)

OPENERS = ("Sure!", "Of course.", "Good question!", "Okay.", "Got it.", "Yes, certainly!")
"""A third of the answers begins with one of these: models like to, and a listener has then little audio when the first long sentence
is being written."""


def _opened(answers: tuple[str, ...]) -> tuple[str, ...]:
    """The answers, every third after an opener of one to three words, unless it begins with a mark."""
    return tuple(
        f"{OPENERS[number // 3 % len(OPENERS)]} {answer}" if number % 3 == 1 and answer[0].isalpha() else answer
        for number, answer in enumerate(answers)
    )


ANSWERS = _opened(SHORT + LONG)
