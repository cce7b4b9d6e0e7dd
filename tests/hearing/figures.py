"""Forty sentences full of numbers, dates, prices and units, each with the words that a listener should hear."""

from __future__ import annotations

import attrs


@attrs.frozen
class Figure:
    written: str
    meant: str


FIGURES = tuple(
    Figure(*line.split(" | "))
    for line in """
The total comes to $1,234.50 with tax. | The total comes to one thousand two hundred thirty-four dollars and fifty cents with tax.
She was born on May 12, 1987, in a small town. | She was born on May twelfth, nineteen eighty-seven, in a small town.
The package weighs 5.2 kg and is 40 cm long. | The package weighs five point two kilograms and is forty centimeters long.
We meet at 3:30 p.m. on 06/15/2026. | We meet at three thirty PM on June fifteenth, twenty twenty-six.
Sales rose by 12.5% in the 3rd quarter. | Sales rose by twelve point five percent in the third quarter.
The train leaves at 7:05 a.m. and arrives at 11:40 a.m. | The train leaves at seven oh five AM and arrives at eleven forty AM.
It is -5 °C outside, and the wind blows at 30 km/h. | It is minus five degrees Celsius outside, and the wind blows at thirty kilometers per hour.
Add 2 tbsp of oil and 250 ml of milk. | Add two tablespoons of oil and two hundred fifty milliliters of milk.
The marathon is 26.2 miles, or about 42 km. | The marathon is twenty-six point two miles, or about forty-two kilometers.
The company paid $3.5 million for the building in 2019. | The company paid three point five million dollars for the building in twenty nineteen.
Please read pages 10-12 before Monday. | Please read pages ten to twelve before Monday.
Her number is 555-0142. | Her number is five five five, zero one four two.
The old house was built in 1905 and sold in 2003. | The old house was built in nineteen oh five and sold in two thousand three.
A gallon of milk costs $3.99 here. | A gallon of milk costs three dollars and ninety-nine cents here.
The room is 12 ft wide and 15 ft long. | The room is twelve feet wide and fifteen feet long.
He ran 100 m in 10.8 seconds. | He ran one hundred meters in ten point eight seconds.
The laptop has 16 GB of memory and a 512 GB disk. | The laptop has sixteen gigabytes of memory and a five hundred twelve gigabyte disk.
The meeting was moved from 9/1 to 10/15. | The meeting was moved from September first to October fifteenth.
About 1/2 of the students and 3/4 of the teachers came. | About half of the students and three quarters of the teachers came.
The speed limit is 65 mph on this road. | The speed limit is sixty-five miles per hour on this road.
Our office is open Mon-Fri, 9 a.m. to 5 p.m. | Our office is open Monday to Friday, nine AM to five PM.
Your table is booked for Dec. 24 at 8 p.m. | Your table is booked for December twenty-fourth at eight PM.
The population grew from 1,200 to 8,450 people. | The population grew from one thousand two hundred to eight thousand four hundred fifty people.
The dose is 500 mg, twice a day. | The dose is five hundred milligrams, twice a day.
The ticket is €45, and children pay €12.50. | The ticket is forty-five euros, and children pay twelve euros and fifty cents.
It takes 8 h 30 min to fly there. | It takes eight hours thirty minutes to fly there.
The tower is 324 m tall and weighs 10,100 t. | The tower is three hundred twenty-four meters tall and weighs ten thousand one hundred tons.
In the 1990s the price fell by 80%. | In the nineteen nineties the price fell by eighty percent.
The recipe needs 1½ cups of sugar. | The recipe needs one and a half cups of sugar.
The final score was 3-2 after 90 minutes. | The final score was three to two after ninety minutes.
Chapter IV begins on page 117. | Chapter four begins on page one hundred seventeen.
The garden is 20 x 30 m. | The garden is twenty by thirty meters.
The lake is 1.5 km² large and 12 m deep. | The lake is one point five square kilometers large and twelve meters deep.
We need 6 lbs of flour and 8 oz of butter. | We need six pounds of flour and eight ounces of butter.
Turn on 42nd St. and walk 300 yd. | Turn on forty-second Street and walk three hundred yards.
The bill was £60, so each of us paid £20. | The bill was sixty pounds, so each of us paid twenty pounds.
Version 2.5 needs 4 GB more than version 2.4. | Version two point five needs four gigabytes more than version two point four.
The oven should be at 350 °F for 45 min. | The oven should be at three hundred fifty degrees Fahrenheit for forty-five minutes.
The contract runs from Jan. 1, 2024 to Dec. 31, 2026. | The contract runs from January first, twenty twenty-four to December thirty-first, twenty twenty-six.
The rent is $1,850/month, due on the 1st. | The rent is one thousand eight hundred fifty dollars per month, due on the first.
""".strip().splitlines()
)
