"""Twenty paragraphs as a chat model writes them, each with what a listener should hear.

`heard` holds one string a segment (sentence, heading, list item, table row), in order, as words to say: marks are gone,
numbers and units are words, a block of code is passed over.
"""

from __future__ import annotations

import attrs


@attrs.frozen
class Answer:
    name: str
    markdown: str
    heard: tuple[str, ...]

    @property
    def reference(self) -> str:
        return " ".join(self.heard)


ANSWERS = (
    Answer(
        "sky",
        """\
Great question! The sky looks **blue** because of the way sunlight meets the air. Sunlight is a mix of *all* colors, and \
each color travels as a wave. Blue waves are short, so the tiny molecules in the air scatter them in every direction. \
Red waves are longer, and most of them pass straight through. When you look up, you see the **scattered blue light**. At \
sunset the light has to cross much more air, so the blue is lost on the way and the red remains.
""",
        (
            "Great question!",
            "The sky looks blue because of the way sunlight meets the air.",
            "Sunlight is a mix of all colors, and each color travels as a wave.",
            "Blue waves are short, so the tiny molecules in the air scatter them in every direction.",
            "Red waves are longer, and most of them pass straight through.",
            "When you look up, you see the scattered blue light.",
            "At sunset the light has to cross much more air, so the blue is lost on the way and the red remains.",
        ),
    ),
    Answer(
        "pancakes",
        """\
Here is a simple recipe for **fluffy pancakes**:

1. Mix two cups of flour with a spoon of sugar and a pinch of salt.
2. Add two eggs and a glass of milk, and stir until the batter is smooth.
3. Let the batter rest for ten minutes.
4. Melt a little butter in a hot pan.
5. Bake each pancake until bubbles appear on top, then turn it over.

Serve them warm, with honey or fresh fruit. Enjoy your breakfast!
""",
        (
            "Here is a simple recipe for fluffy pancakes:",
            "One. Mix two cups of flour with a spoon of sugar and a pinch of salt.",
            "Two. Add two eggs and a glass of milk, and stir until the batter is smooth.",
            "Three. Let the batter rest for ten minutes.",
            "Four. Melt a little butter in a hot pan.",
            "Five. Bake each pancake until bubbles appear on top, then turn it over.",
            "Serve them warm, with honey or fresh fruit.",
            "Enjoy your breakfast!",
        ),
    ),
    Answer(
        "sleep",
        """\
## How to sleep better

Good sleep starts long before you go to bed. A few habits make a big difference:

- **Keep a schedule.** Go to bed and get up at the same time every day.
- **Dim the lights.** Bright screens tell your brain that it is still daytime.
- **Watch the coffee.** Its effect can last for more than six hours.

If you still lie awake after a few weeks, please talk to your doctor.
""",
        (
            "How to sleep better",
            "Good sleep starts long before you go to bed.",
            "A few habits make a big difference:",
            "Keep a schedule.",
            "Go to bed and get up at the same time every day.",
            "Dim the lights.",
            "Bright screens tell your brain that it is still daytime.",
            "Watch the coffee.",
            "Its effect can last for more than six hours.",
            "If you still lie awake after a few weeks, please talk to your doctor.",
        ),
    ),
    Answer(
        "inline-code",
        """\
You can read a file line by line with the `open` function and a simple `for` loop. The `with` statement closes the file \
for you, even when something goes wrong. If the file does not exist, Python raises an error, and you can catch it with a \
`try` block. For very large files this is much better than reading everything at once, because only **one line** \
is held in memory at a time.
""",
        (
            "You can read a file line by line with the open function and a simple for loop.",
            "The with statement closes the file for you, even when something goes wrong.",
            "If the file does not exist, Python raises an error, and you can catch it with a try block.",
            "For very large files this is much better than reading everything at once, because only one line is held in memory at a time.",
        ),
    ),
    Answer(
        "link",
        """\
The best place to start is the [official guide](https://example.com/guide/start.html), which explains the basic ideas in \
about an hour. After that, try to build something small of your own. You will learn more from one finished project than \
from ten videos. When you get stuck, search the [community forum](https://example.com/forum "Forum"); most questions \
have already been answered there. And don't forget to take breaks!
""",
        (
            "The best place to start is the official guide, which explains the basic ideas in about an hour.",
            "After that, try to build something small of your own.",
            "You will learn more from one finished project than from ten videos.",
            "When you get stuck, search the community forum; most questions have already been answered there.",
            "And don't forget to take breaks!",
        ),
    ),
    Answer(
        "interest",
        """\
Let's do the math together. If you save $200 every month, you put aside $2,400 in one year. With an interest rate of 5%, \
you earn about $65 on top of that in the first year. After **ten years**, you will have paid in $24,000, but your \
account will hold more than $31,000. The difference is the interest on your interest, and it grows faster every year. \
That is why it pays to start early!
""",
        (
            "Let's do the math together.",
            "If you save two hundred dollars every month, you put aside two thousand four hundred dollars in one year.",
            "With an interest rate of five percent, you earn about sixty-five dollars on top of that in the first year.",
            "After ten years, you will have paid in twenty-four thousand dollars, but your account will hold more than thirty-one thousand dollars.",
            "The difference is the interest on your interest, and it grows faster every year.",
            "That is why it pays to start early!",
        ),
    ),
    Answer(
        "dialogue",
        """\
Sure! Here is a short dialogue that you can practice with a friend:

"Good morning. How can I help you?" said the waiter.

"I would like a cup of tea and a piece of apple cake, please," said the guest.

"Would you like milk with your tea?"

"No, thank you. But could I have some lemon?"

"Of course. I will be right back," said the waiter with a smile.
""",
        (
            "Sure!",
            "Here is a short dialogue that you can practice with a friend:",
            "Good morning.",
            "How can I help you? said the waiter.",
            "I would like a cup of tea and a piece of apple cake, please, said the guest.",
            "Would you like milk with your tea?",
            "No, thank you.",
            "But could I have some lemon?",
            "Of course.",
            "I will be right back, said the waiter with a smile.",
        ),
    ),
    Answer(
        "code-block",
        """\
The easiest way to count the words in a text is to split it at the spaces:

```python
def count_words(text: str) -> int:
    return len(text.split())


print(count_words("one two three"))  # 3
```

The function returns a single number. It treats several spaces in a row as one, so you do not have to clean the text \
first. If you also want to know how often each word appears, I can show you a version with a dictionary.
""",
        (
            "The easiest way to count the words in a text is to split it at the spaces:",
            "The function returns a single number.",
            "It treats several spaces in a row as one, so you do not have to clean the text first.",
            "If you also want to know how often each word appears, I can show you a version with a dictionary.",
        ),
    ),
    Answer(
        "moon",
        """\
The first people walked on the moon in 1969. Their flight took about four days, and they stayed on the surface for less \
than 22 hours. They brought back 21 kilograms of rock and dust. Between 1969 and 1972, **twelve** astronauts visited the \
moon in six landings. Nobody has been there since, but several countries plan to return soon. This time, they want to \
stay longer and build a small base near the south pole.
""",
        (
            "The first people walked on the moon in nineteen sixty-nine.",
            "Their flight took about four days, and they stayed on the surface for less than twenty-two hours.",
            "They brought back twenty-one kilograms of rock and dust.",
            "Between nineteen sixty-nine and nineteen seventy-two, twelve astronauts visited the moon in six landings.",
            "Nobody has been there since, but several countries plan to return soon.",
            "This time, they want to stay longer and build a small base near the south pole.",
        ),
    ),
    Answer(
        "emphasis",
        """\
It's completely normal to feel nervous before a job interview. 😊 Take a deep breath, and remember that they invited you \
because they *liked* what they read. Prepare **two or three** short stories about your work: a problem, what you did, and \
how it ended. It's fine to pause before you answer; it shows that you are thinking. At the end, ask a question of your \
own. You've got this! 💪
""",
        (
            "It's completely normal to feel nervous before a job interview.",
            "Take a deep breath, and remember that they invited you because they liked what they read.",
            "Prepare two or three short stories about your work: a problem, what you did, and how it ended.",
            "It's fine to pause before you answer; it shows that you are thinking.",
            "At the end, ask a question of your own.",
            "You've got this!",
        ),
    ),
    Answer(
        "schedule",
        """\
Here is a plan for your day in the city. Start at 9:30 with a walk through the old town. At 11:15, visit the art museum; \
it opens late on Mondays. Have lunch at one of the small places by the river. In the afternoon, take the number 12 bus \
to the beach, which is about 20 minutes away. Be back by 6:45, because the concert begins at 7:30 and they close the \
doors on time.
""",
        (
            "Here is a plan for your day in the city.",
            "Start at nine thirty with a walk through the old town.",
            "At eleven fifteen, visit the art museum; it opens late on Mondays.",
            "Have lunch at one of the small places by the river.",
            "In the afternoon, take the number twelve bus to the beach, which is about twenty minutes away.",
            "Be back by six forty-five, because the concert begins at seven thirty and they close the doors on time.",
        ),
    ),
    Answer(
        "nested-list",
        """\
### Packing list

* Clothes
  * two warm sweaters
  * a rain jacket
  * comfortable shoes
* Papers
  * your passport
  * the train tickets
* Small things
  * a phone charger
  * a bottle of water

Pack the heavy things first and keep your papers in a pocket that you can close. A light bag makes a happy traveler, so \
leave at home whatever you can buy on the way.
""",
        (
            "Packing list",
            "Clothes",
            "two warm sweaters",
            "a rain jacket",
            "comfortable shoes",
            "Papers",
            "your passport",
            "the train tickets",
            "Small things",
            "a phone charger",
            "a bottle of water",
            "Pack the heavy things first and keep your papers in a pocket that you can close.",
            "A light bag makes a happy traveler, so leave at home whatever you can buy on the way.",
        ),
    ),
    Answer(
        "quote",
        """\
There is an old saying that fits here:

> The best time to plant a tree was twenty years ago. The second best time is now.

It means that it is never too late to begin. You cannot change the years that have passed, but you can decide what to do \
with the next one. So pick one small step, write it down, and do it *today*. Tomorrow you will be glad that you did.
""",
        (
            "There is an old saying that fits here:",
            "The best time to plant a tree was twenty years ago.",
            "The second best time is now.",
            "It means that it is never too late to begin.",
            "You cannot change the years that have passed, but you can decide what to do with the next one.",
            "So pick one small step, write it down, and do it today.",
            "Tomorrow you will be glad that you did.",
        ),
    ),
    Answer(
        "decimals",
        """\
A marathon is 42.2 kilometers long, which is about 26.2 miles. The fastest runners need a little more than two hours, so \
they run nearly 3.5 miles in every ten minutes. For a first race, most trainers suggest a **half marathon**. You should \
be able to run 10 kilometers without a break before you start the training. Plan at least 12 weeks, and raise the \
distance by no more than 10% a week.
""",
        (
            "A marathon is forty-two point two kilometers long, which is about twenty-six point two miles.",
            "The fastest runners need a little more than two hours, so they run nearly three point five miles in every ten minutes.",
            "For a first race, most trainers suggest a half marathon.",
            "You should be able to run ten kilometers without a break before you start the training.",
            "Plan at least twelve weeks, and raise the distance by no more than ten percent a week.",
        ),
    ),
    Answer(
        "short-sentences",
        """\
Yes. That is right. You need both keys to open the door, and you need them at the same time. Why? Because the lock has \
two parts. The first key moves the bolt. The second key frees the handle. It sounds strange, I know! But it is safe. If \
one key is lost, nobody can get in with the other one alone. Do you want me to explain how to change the lock? It only \
takes five minutes.
""",
        (
            "Yes.",
            "That is right.",
            "You need both keys to open the door, and you need them at the same time.",
            "Why?",
            "Because the lock has two parts.",
            "The first key moves the bolt.",
            "The second key frees the handle.",
            "It sounds strange, I know!",
            "But it is safe.",
            "If one key is lost, nobody can get in with the other one alone.",
            "Do you want me to explain how to change the lock?",
            "It only takes five minutes.",
        ),
    ),
    Answer(
        "table",
        """\
The three plans differ in price and space:

| Plan | Price |
| --- | --- |
| Basic | ten dollars |
| Family | twenty dollars |
| Business | fifty dollars |

The **family plan** is the right choice for most people. You can change your plan at any time, and you only pay for the \
days that you use. If you are not sure, begin with the basic plan and see how far it takes you.
""",
        (
            "The three plans differ in price and space:",
            "Plan: Basic, Price: ten dollars",
            "Plan: Family, Price: twenty dollars",
            "Plan: Business, Price: fifty dollars",
            "The family plan is the right choice for most people.",
            "You can change your plan at any time, and you only pay for the days that you use.",
            "If you are not sure, begin with the basic plan and see how far it takes you.",
        ),
    ),
    Answer(
        "abbreviations",
        """\
Dr. Brown recommends a short walk after every meal. According to her study, people who walked for 15 minutes slept \
better and felt less hungry at night. You don't need special shoes or a gym; a quiet street is enough. Mr. Green, one of \
her patients, lost 8 kg in half a year this way. **Important:** if you have a heart problem, ask your doctor before you \
change your habits.
""",
        (
            "Doctor Brown recommends a short walk after every meal.",
            "According to her study, people who walked for fifteen minutes slept better and felt less hungry at night.",
            "You don't need special shoes or a gym; a quiet street is enough.",
            "Mister Green, one of her patients, lost eight kilograms in half a year this way.",
            "Important: if you have a heart problem, ask your doctor before you change your habits.",
        ),
    ),
    Answer(
        "story",
        """\
**The Lighthouse**

Once upon a time, an old man lived alone in a lighthouse. Every evening he climbed the stairs and lit the lamp, although \
no ship had passed for years. One night a storm came up, and the wind broke his window. He wanted to stay in bed... but \
then he thought of the sea, and he went up all the same. In the morning, a small boat lay on the beach, and a young \
woman knocked at his door.
""",
        (
            "The Lighthouse",
            "Once upon a time, an old man lived alone in a lighthouse.",
            "Every evening he climbed the stairs and lit the lamp, although no ship had passed for years.",
            "One night a storm came up, and the wind broke his window.",
            "He wanted to stay in bed... but then he thought of the sea, and he went up all the same.",
            "In the morning, a small boat lay on the beach, and a young woman knocked at his door.",
        ),
    ),
    Answer(
        "comparison",
        """\
Both are good choices, but they are made for different people. A **laptop** is easy to carry, and you can work on the \
train or in the garden. A **desktop computer** is cheaper for the same speed, and you can replace its parts when they \
get old. If you travel a lot, take the laptop. If you play games or edit videos at home, the desktop is the better deal \
— and your neck will thank you for the larger screen.
""",
        (
            "Both are good choices, but they are made for different people.",
            "A laptop is easy to carry, and you can work on the train or in the garden.",
            "A desktop computer is cheaper for the same speed, and you can replace its parts when they get old.",
            "If you travel a lot, take the laptop.",
            "If you play games or edit videos at home, the desktop is the better deal — and your neck will thank you for the larger screen.",
        ),
    ),
    Answer(
        "closing-question",
        """\
I'm sorry to hear that your order has not arrived yet. Let me see what I can do for you. The package left our warehouse \
on the 3rd of May, and it reached your city on the 5th. Since then, there has been **no update**. This usually means \
that the driver could not find the address. I can ask them to try again tomorrow, or I can send you a new package today. \
Which would you prefer?
""",
        (
            "I'm sorry to hear that your order has not arrived yet.",
            "Let me see what I can do for you.",
            "The package left our warehouse on the third of May, and it reached your city on the fifth.",
            "Since then, there has been no update.",
            "This usually means that the driver could not find the address.",
            "I can ask them to try again tomorrow, or I can send you a new package today.",
            "Which would you prefer?",
        ),
    ),
)

EACH_KIND = Answer(
    "each kind",
    """\
## How to bake pancakes

Sure! You need two things:

* Dry food
  * two cups of flour
* A warm pan

1. Mix the flour with a glass of milk.
2. Bake each pancake until it is brown.

Read the list with the `open` function:

```python
print(open("list.txt").read())  # 3
```

| Size | Price |
| --- | --- |
| Small | ten dollars |
| Large | **twenty** dollars |

Why? Because it works. "I will be right back," said the waiter with a smile.
""",
    (
        "How to bake pancakes",
        "Sure!",
        "You need two things:",
        "Dry food",
        "two cups of flour",
        "A warm pan",
        "One. Mix the flour with a glass of milk.",
        "Two. Bake each pancake until it is brown.",
        "Read the list with the open function:",
        "Size: Small, Price: ten dollars",
        "Size: Large, Price: twenty dollars",
        "Why?",
        "Because it works.",
        "I will be right back, said the waiter with a smile.",
    ),
)
"""Something of each kind, in the half minute that the recogniser hears at a time: a heading, steps, lists, code in a line and as a block, a
table, emphasis, speech, and sentences of a word."""
